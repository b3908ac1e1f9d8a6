package io.unipin.benchmarks.trial;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.quality.DataSet;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the command {@code try} on six files of different kinds. */
@Command(
    name = "try",
    description = {
      "Runs ./unipin try on six files that are unlike each other, each in a process of its own.",
      "inferred: files of which every column was understood. first_page_s_max: seconds from the"
          + " start of the slowest process to its page. above_popularity: files whose model is above"
          + " popularity on the held-out actions.",
      "Two files have the rows of MovieLens-100K and Amazon Beauty, if UNIPIN_DATA has these sets,"
          + " else simulated rows."
    },
    footer = {"", "Example:", "  ./unipin bench try --json try.json"})
public final class TrialCommand implements Callable<Integer> {
  private static final int USERS = 1200;
  private static final int ITEMS = 800;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    List<Map<String, Object>> measured = new ArrayList<>();
    try (ScratchFolder scratch = ScratchFolder.create("try")) {
      List<TrialFile> files = write(home, Files.createDirectories(scratch.path().resolve("data")));
      try (Progress progress = Progress.begin("try", files.size())) {
        for (TrialFile file : files) {
          progress.at(measured.size(), files.size(), file.name());
          measured.add(new TrialRun(home, scratch.path()).of(file));
        }
      }
    }
    Map<String, Object> results = results(measured);
    PrintWriter out = spec.commandLine().getOut();
    print(measured, out);
    results.forEach(
        (key, value) -> {
          if (!key.equals("files")) {
            out.println(key + ": " + value);
          }
        });
    options.write("try", Map.of("quick", options.quick()), results, out);
    return 0;
  }

  private List<TrialFile> write(Home home, Path folder) throws IOException {
    int part = options.quick() ? 2 : 1;
    TrialFiles simulated = new TrialFiles(folder, USERS / part, ITEMS / part);
    List<TrialFile> files = new ArrayList<>(simulated.write());
    files.addAll(new RealFiles(DataSet.folder(home), folder, simulated, options.quick()).write());
    return files;
  }

  static Map<String, Object> results(List<Map<String, Object>> files) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("inferred", count(files, "inferred"));
    files.stream()
        .map(file -> file.get("first_page_s"))
        .filter(Double.class::isInstance)
        .mapToDouble(Double.class::cast)
        .max()
        .ifPresent(seconds -> results.put("first_page_s_max", seconds));
    results.put("above_popularity", count(files, "above_popularity"));
    results.put("files", files);
    return results;
  }

  private static long count(List<Map<String, Object>> files, String figure) {
    return files.stream().filter(file -> Boolean.TRUE.equals(file.get(figure))).count();
  }

  private static void print(List<Map<String, Object>> files, PrintWriter out) {
    Table table = new Table("file", "inferred", "first page", "NDCG@10", "popularity", "kind");
    for (Map<String, Object> file : files) {
      table.row(
          String.valueOf(file.get("file")),
          Boolean.TRUE.equals(file.get("inferred")) ? "yes" : "no",
          number(file.get("first_page_s"), "%.1f s"),
          number(file.get("ndcg10"), "%.4f"),
          number(file.get("popularity_ndcg10"), "%.4f"),
          String.valueOf(file.get("kind")));
    }
    table.print(out);
    for (Map<String, Object> file : files) {
      if (file.get("error") != null) {
        out.println(file.get("file") + ": " + file.get("error"));
      }
      if (file.get("differences") instanceof List<?> differences) {
        differences.forEach(each -> out.println(file.get("file") + ": " + each));
      }
    }
  }

  private static String number(@Nullable Object value, String format) {
    return value instanceof Number number
        ? String.format(Locale.ROOT, format, number.doubleValue())
        : "-";
  }
}
