package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnException;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Damages an index file by random bit flips and by every possible truncation. Counts how often
 * loading refuses the damaged file.
 */
final class AnnFiles {
  private static final int FLIPS = 10_000;
  private static final int SIZE = 150;
  private static final int DIMENSION = 8;

  private AnnFiles() {}

  static Map<String, Object> figures(Path folder) throws IOException {
    Path file = folder.resolve("sound.faiss");
    float[] vectors = AnnData.around(SIZE, DIMENSION, 10, 2);
    long[] ids = LongStream.range(0, SIZE).toArray();
    try (FaissIndex index =
        FaissIndex.build("HNSW8", vectors, DIMENSION, ids, FaissBuild.DEFAULT)) {
      index.save(file);
    }
    FaissIndex.load(file).close();
    byte[] good = Files.readAllBytes(file);
    Path bad = folder.resolve("damaged.faiss");
    int flips = 0;
    Random random = new Random(5);
    for (int i = 0; i < FLIPS; i++) {
      byte[] bytes = good.clone();
      int bit = random.nextInt(good.length * 8);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      flips += refused(bad, bytes) ? 1 : 0;
    }
    int truncations = 0;
    for (int length = 0; length < good.length; length++) {
      truncations += refused(bad, Arrays.copyOf(good, length)) ? 1 : 0;
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bit_flips", FLIPS);
    figures.put("bit_flips_refused", flips);
    figures.put("truncations", good.length);
    figures.put("truncations_refused", truncations);
    return figures;
  }

  private static boolean refused(Path file, byte[] content) throws IOException {
    // Deleting is cheaper than overwriting the file, because some file systems flush an overwritten
    // file.
    Files.deleteIfExists(file);
    Files.write(file, content);
    try (FaissIndex index = FaissIndex.load(file)) {
      return index.size() < 0; // false, because an index that was loaded has items
    } catch (AnnException e) {
      return true;
    }
  }
}
