package io.unipin.cli.data;

import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.imports.ImportReport;
import io.unipin.feedlog.imports.Imported;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.imports.SourceRows;
import io.unipin.feedlog.imports.TableRows;
import io.unipin.feedlog.source.Shown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns delimited text, JSON lines and Parquet files into a feed log. */
@Command(
    name = "import",
    description =
        "Turns delimited text and JSON lines (plain or compressed) and Parquet files into a feed"
            + " log.",
    footer = {
      "",
      "Example:",
      "  ./unipin import ../shared/data/ml-100k --out feedlog",
      "  ./unipin import exports --mapping exports.yaml --out feedlog --max-bad-rows 100"
    })
public final class ImportCommand implements Callable<Integer>, Checked {
  private static final int SHOWN = 10;

  @Parameters(paramLabel = "DIR", description = "The folder with the files.")
  @Input(Input.Kind.FOLDER)
  private Path source;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description =
          "File that says what each column means. Default: recipes/NAME/import.yaml, where NAME is"
              + " the folder's name.")
  @Input(Input.Kind.FILE)
  private @Nullable Path mapping;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Feed log to write.")
  @Output(Output.Kind.FEED_LOG)
  private Path out;

  @Option(
      names = "--max-bad-rows",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Maximum number of bad rows to leave out before the import fails. Default:"
              + " ${DEFAULT-VALUE}.")
  private long maxBadRows;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    BadRowsOption.check(maxBadRows);
    Path file = mapping(Home.find(), source, mapping);
    DiskSpace.require("the feed log", out, ImportSize.least(file, source));
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter console = spec.commandLine().getOut();
    Imported imported = run(Home.find(), source, mapping, out, maxBadRows);
    ImportReport report = imported.report();
    console.printf(
        Locale.ROOT,
        "wrote %,d users, %,d items, %,d actions, %,d feedviews with %,d impressions to %s%n",
        report.users(),
        report.items(),
        report.actions(),
        report.feedviews(),
        report.impressions(),
        out);
    account(imported).print(console);
    for (SourceRows rows : imported.sources()) {
      rows.notes().forEach(note -> console.println("note: " + Shown.line(note)));
    }
    imported.warnings().forEach(warning -> console.println("warning: " + warning));
    for (BadRow row : report.leftOut().subList(0, Math.min(SHOWN, report.leftOut().size()))) {
      console.println("left out: " + row);
    }
    if (report.leftOut().size() > SHOWN) {
      console.println("left out: " + (report.leftOut().size() - SHOWN) + " more");
    }
    if (json != null) {
      new Figures("import", settings(), results(imported)).write(json, Home.find().root());
    }
    return 0;
  }

  /** Returns the table of accepted and rejected rows by source and table. */
  private static Table account(Imported imported) {
    Table table = new Table("rows of", "files", "read", "kept", "refused");
    for (SourceRows rows : imported.sources()) {
      table.row(
          "source " + rows.source(), rows.files(), rows.read(), rows.loaded(), rows.refused());
    }
    for (TableRows rows : imported.tables()) {
      table.row("table " + rows.table(), "", rows.mapped(), rows.written(), rows.refused());
    }
    return table;
  }

  private Map<String, Object> settings() {
    return Map.of("source", source.toString(), "out", out.toString(), "max_bad_rows", maxBadRows);
  }

  private static Map<String, Object> results(Imported imported) {
    Map<String, Object> results = new LinkedHashMap<>();
    ImportReport report = imported.report();
    results.put("users", report.users());
    results.put("items", report.items());
    results.put("actions", report.actions());
    results.put("feedviews", report.feedviews());
    results.put("impressions", report.impressions());
    results.put("sources", imported.sources());
    results.put("tables", imported.tables());
    results.put("warnings", imported.warnings());
    return results;
  }

  /**
   * Returns the given mapping. If none is given, returns the mapping of the recipe that has the
   * folder's name.
   */
  public static Path mapping(Home home, Path source, @Nullable Path given) {
    if (given != null) {
      return given;
    }
    String name = String.valueOf(source.toAbsolutePath().normalize().getFileName());
    return home.recipe(name, "import.yaml")
        .orElseThrow(
            () ->
                new CommandException(
                    "no recipes/" + name + "/import.yaml: a mapping is needed (--mapping FILE)"));
  }

  public static Imported run(
      Home home, Path source, @Nullable Path mapping, Path out, long maxBadRows) {
    Path file = mapping(home, source, mapping);
    try (Progress progress = Progress.begin("importing", -1)) {
      Imported imported = Importer.importAll(file, source, out, maxBadRows);
      progress.at(imported.report().actions(), imported.report().actions(), "");
      return imported;
    }
  }
}
