package io.unipin.serving.cli;

import io.unipin.data.BadRow;
import io.unipin.data.ImportReport;
import io.unipin.data.Importer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns delimited text and Parquet files into a feed log. */
@Command(
    name = "import",
    description = "Turns delimited text (.gz too) and Parquet files into a feed log.",
    footer = {
      "",
      "Example:",
      "  ./unipin import ../shared/data/ml-100k --out feedlog",
      "  ./unipin import exports --mapping exports.yaml --out feedlog --max-bad-rows 100"
    })
final class ImportCommand implements Callable<Integer> {
  private static final int SHOWN = 10;

  @Parameters(paramLabel = "DIR", description = "The folder with the files.")
  private Path source;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description =
          "Which columns are what. Default: recipes/NAME/import.yaml of the folder's name.")
  private @Nullable Path mapping;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Feed log to write.")
  private Path out;

  @Option(
      names = "--max-bad-rows",
      defaultValue = "0",
      paramLabel = "N",
      description = "Bad rows to leave out before giving up. Default: ${DEFAULT-VALUE}.")
  private long maxBadRows;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter console = spec.commandLine().getOut();
    ImportReport report = run(Home.find(), source, mapping, out, maxBadRows);
    console.printf(
        Locale.ROOT,
        "wrote %,d users, %,d items, %,d actions, %,d feedviews with %,d impressions to %s%n",
        report.users(),
        report.items(),
        report.actions(),
        report.feedviews(),
        report.impressions(),
        out);
    for (BadRow row : report.leftOut().subList(0, Math.min(SHOWN, report.leftOut().size()))) {
      console.println("left out: " + row);
    }
    if (report.leftOut().size() > SHOWN) {
      console.println("left out: " + (report.leftOut().size() - SHOWN) + " more");
    }
    return 0;
  }

  static ImportReport run(
      Home home, Path source, @Nullable Path mapping, Path out, long maxBadRows) {
    String name = String.valueOf(source.toAbsolutePath().normalize().getFileName());
    Path file = mapping;
    if (file == null) {
      file =
          home.recipe(name, "import.yaml")
              .orElseThrow(
                  () ->
                      new CommandException(
                          "no recipes/"
                              + name
                              + "/import.yaml: a mapping is needed (--mapping FILE)"));
    }
    try (Progress progress = Progress.begin("importing", -1)) {
      ImportReport report = Importer.run(file, source, out, maxBadRows);
      progress.at(report.actions(), report.actions(), "");
      return report;
    }
  }
}
