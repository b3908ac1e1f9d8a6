package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnSearch;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Builds a large graph on all cores and measures its memory in a separate process. */
final class AnnBuildSize {
  private static final int DIMENSION = 64;
  private static final int LINKS = 32;

  private AnnBuildSize() {}

  static Map<String, Object> figures(int size, Path folder) throws IOException {
    float[] vectors = AnnData.around(size, DIMENSION, size / 100, 2);
    long[] ids = LongStream.range(0, size).toArray();
    Path file = folder.resolve("large.faiss");
    int threads = Runtime.getRuntime().availableProcessors();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("size", size);
    figures.put("dimension", DIMENSION);
    figures.put("threads", threads);
    long begin = System.nanoTime();
    try (FaissIndex index =
        FaissIndex.build("HNSW" + LINKS, vectors, DIMENSION, ids, new FaissBuild(1234, threads))) {
      figures.put("build_seconds", (System.nanoTime() - begin) / 1e9);
      index.save(file);
      if (index.search(new float[DIMENSION], 1, AnnSearch.top(1)).found(0) != 1) {
        throw new IllegalStateException("the index finds nothing");
      }
    }
    // On the bottom level, a node has room for twice LINKS links. On each level above there is
    // about one node for every 32 nodes of the level below.
    double links = size * (2.0 * LINKS + LINKS / (LINKS - 1.0)) * Integer.BYTES;
    double content = (double) size * DIMENSION * Float.BYTES + links;
    long resident = resident(file, small(folder));
    figures.put("resident_bytes", resident);
    figures.put("vectors_and_links_bytes", content);
    figures.put("resident_ratio", resident / content);
    return figures;
  }

  private static Path small(Path folder) {
    Path file = folder.resolve("small.faiss");
    try (FaissIndex index =
        FaissIndex.build("Flat", new float[8], 8, new long[] {0}, FaissBuild.DEFAULT)) {
      index.save(file);
    }
    return file;
  }

  private static long resident(Path file, Path small) throws IOException {
    long heap = (Files.size(file) >> 20) * 5 / 4 + 128;
    Process probe =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xms" + heap + "m",
                    "-Xmx" + heap + "m",
                    "-XX:+UseSerialGC",
                    "-XX:+AlwaysPreTouch",
                    "-cp",
                    System.getProperty("java.class.path"),
                    AnnMemoryProbe.class.getName(),
                    file.toString(),
                    small.toString()))
            .redirectError(Redirect.DISCARD)
            .start();
    String printed = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Long.parseLong(printed.trim());
  }
}
