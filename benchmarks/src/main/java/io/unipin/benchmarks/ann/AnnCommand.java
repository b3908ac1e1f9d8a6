package io.unipin.benchmarks.ann;

import io.unipin.benchmarks.ann.AnnComparison.Rival;
import io.unipin.benchmarks.ann.AnnCurves.Point;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Sections;
import io.unipin.benchmarks.quality.DataSet;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the recall and the speed of the index, and compares both with rivals. */
@Command(
    name = "ann",
    description =
        "Measures recall and queries per second of the index, and compares it with FAISS as the"
            + " Linux distribution builds it and with Lucene's HNSW.",
    footer = {"", "Example:", "  ./unipin bench ann --json ann.json --quick"})
public final class AnnCommand implements Callable<Integer> {
  private static final int SIZE = 100_000;
  private static final int DIMENSION = 128;
  private static final int K = 100;
  private static final double RECALL = 0.99;
  private static final int PROBES = 16;

  /** The parts of the benchmark. The name of a part is its key in the figures. */
  enum Section {
    FLAT,
    IVF,
    IVF_SQ8,
    HNSW,
    LIVE,
    FILES,
    REAL,
    CURVES,
    BUILD
  }

  @Mixin private BenchOptions options;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SECTION",
      description = "Measure only these parts: ${COMPLETION-CANDIDATES}.")
  private Set<Section> only = EnumSet.noneOf(Section.class);

  @Option(
      names = "--charts",
      paramLabel = "DIR",
      description = "Draw charts of recall against speed into this folder.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path charts;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Object> results = new LinkedHashMap<>();
    PrintWriter out = spec.commandLine().getOut();
    try (ScratchFolder folder = ScratchFolder.create("bench-ann")) {
      measure(folder.path(), results);
    }
    print(results, out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("size", SIZE);
    settings.put("dimension", DIMENSION);
    settings.put("k", K);
    settings.put("queries_per_call", 1);
    settings.put("clock", "thread_cpu");
    settings.put("generic", "libfaiss 1.7.3 of Debian, its own search");
    settings.put("java", "Lucene 9.12.3 HNSW, 32 links, build breadth 100");
    options.write("ann", settings, results, out);
    return 0;
  }

  /**
   * Measures the sections one after the other. Adds the figures of a section under the section's
   * name.
   */
  private void measure(Path folder, Map<String, Object> results)
      throws IOException, InterruptedException {
    int rounds = options.quick() ? 5 : 15;
    try (AnnGenericSide generic = AnnGenericSide.find()) {
      AnnData data = AnnData.clustered(SIZE, DIMENSION, options.quick() ? 300 : 1000, K);
      AnnComparison comparison = new AnnComparison(data, folder, rounds);
      Sections.measure(
          "ann",
          Section.values(),
          only,
          section -> {
            switch (section) {
              case FLAT -> put(results, section, compare(comparison, generic, "Flat", 0, 30));
              case IVF ->
                  put(results, section, compare(comparison, generic, "IVF1024,Flat", PROBES, 600));
              case IVF_SQ8 ->
                  put(results, section, compare(comparison, generic, "IVF1024,SQ8", PROBES, 600));
              case HNSW -> {
                Path file = comparison.build("HNSW32");
                put(results, section, graph(comparison, generic, data, file));
                results.put("filter", AnnFilters.figures(data, file, rounds));
              }
              case LIVE ->
                  put(results, section, AnnLive.figures(AnnData.clustered(20_000, 64, 200, K)));
              case FILES -> put(results, section, AnnFiles.figures(folder));
              case REAL -> {
                if (AnnReal.isIn(realData())) {
                  put(results, section, AnnReal.read(realData()).figures());
                }
              }
              case CURVES -> curves(folder, generic, results);
              case BUILD ->
                  put(
                      results,
                      section,
                      AnnBuildSize.figures(options.quick() ? 100_000 : 1_000_000, folder));
            }
          });
    }
  }

  private static void put(Map<String, Object> results, Section section, Map<String, Object> found) {
    results.put(Sections.key(section), found);
  }

  private static Path realData() {
    return DataSet.folder(Home.find());
  }

  private void curves(Path folder, AnnGenericSide generic, Map<String, Object> results)
      throws IOException, InterruptedException {
    Map<String, Object> all = new LinkedHashMap<>();
    results.put(Sections.key(Section.CURVES), all);
    new AnnDataSets(realData(), Home.find(), options.quick())
        .forEach(data -> all.put(data.name(), curves(folder, generic, data)));
  }

  private Map<String, List<Point>> curves(Path folder, AnnGenericSide generic, AnnData data) {
    Map<String, List<Point>> curves = AnnCurves.of(data, folder, generic);
    if (charts != null) {
      try {
        Files.createDirectories(charts);
        Files.writeString(charts.resolve(data.name() + ".svg"), AnnChart.of(data.name(), curves));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return curves;
  }

  private static Map<String, Object> compare(
      AnnComparison comparison, AnnGenericSide generic, String factory, int breadth, int queries) {
    Path file = comparison.build(factory);
    Map<String, Rival> rivals = new LinkedHashMap<>();
    try (AnnSide ours = new AnnFaissSide(file);
        AnnSide other = generic.load(file)) {
      rivals.put("ours", new Rival(ours, breadth));
      rivals.put("generic", new Rival(other, breadth));
      return comparison.figures(rivals, queries);
    }
  }

  /**
   * Compares the sides that search a graph. Each side searches with the smallest breadth that
   * reaches the required recall.
   */
  private static Map<String, Object> graph(
      AnnComparison comparison, AnnGenericSide generic, AnnData data, Path file) {
    Map<String, Rival> rivals = new LinkedHashMap<>();
    try (AnnSide ours = new AnnFaissSide(file);
        AnnSide other = generic.load(file);
        AnnSide java = new AnnLuceneSide(data)) {
      rivals.put("ours", new Rival(ours, comparison.breadthFor(ours, RECALL)));
      rivals.put("generic", new Rival(other, comparison.breadthFor(other, RECALL)));
      rivals.put("java", new Rival(java, comparison.breadthFor(java, RECALL)));
      return comparison.figures(rivals, 500);
    }
  }

  private static void print(Map<String, Object> results, PrintWriter out) {
    Table table = new Table("index", "recall@100", "queries/s", "against generic", "against Java");
    for (String name : new String[] {"flat", "hnsw", "ivf", "ivf_sq8"}) {
      if (results.get(name) instanceof Map<?, ?> figures) {
        table.row(
            name,
            number("%.4f", figures.get("recall100")),
            number("%.0f", figures.get("qps_1_thread")),
            number("%.2f", figures.get("vs_generic")),
            number("%.2f", figures.get("vs_java")));
      }
    }
    table.print(out);
    results.forEach(
        (name, figures) -> {
          if (figures instanceof Map<?, ?> map
              && !map.containsKey("vs_generic")
              && !name.equals("curves")) {
            out.println(name + ": " + map);
          }
        });
  }

  private static String number(String format, @Nullable Object value) {
    return value instanceof Number number ? String.format(Locale.ROOT, format, number) : "";
  }
}
