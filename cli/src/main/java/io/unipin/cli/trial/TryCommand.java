package io.unipin.cli.trial;

import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Folders;
import io.unipin.cli.console.Home;
import io.unipin.cli.demo.Guide;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a small model on any files of actions, and shows a page. */
@Command(
    name = "try",
    description = {
      "Finds out what the columns of your files mean, trains a small model on them, serves it, and"
          + " shows a user's page beside popularity.",
      "Reads CSV, TSV, JSON lines and Parquet; plain, gz, zst, bz2 or zip. Without a path the feed"
          + " is simulated."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin try orders.csv",
      "  ./unipin try exports/ --user customer_no --save mapping.yaml",
      "  ./unipin try 'logs/2024-*.jsonl.gz' --once --json try.json",
      "",
      "Exit codes: 0 done; 1 the files could not be read or understood, or a step failed; 2 the"
          + " command line is wrong."
    })
public final class TryCommand implements Callable<Integer>, Checked {
  /** Largest total size of a sample, its feed log, the models and the server's files, in bytes. */
  private static final long BYTES = 1L << 30;

  @Parameters(
      arity = "0..1",
      paramLabel = "PATH",
      description = "A file, a folder, or a pattern in quotes such as 'logs/*.csv'.")
  @Input(Input.Kind.PATTERN)
  private @Nullable Path data;

  @Mixin private RoleOptions roles;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Write the inferred mapping there, to edit it and import with it.")
  @Output(Output.Kind.FILE)
  private @Nullable Path save;

  @Option(names = "--once", description = "End after the first page.")
  private boolean once;

  @Option(
      names = "--page-of",
      paramLabel = "USER",
      description = "The user whose page is shown. Default: one with a long history.")
  private @Nullable String pageOf;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "Seconds of the first training. Default: from "
              + TrialClock.LEAST
              + " to "
              + TrialClock.MOST
              + ", so that the first page comes within a minute.")
  private @Nullable Integer seconds;

  @Option(
      names = "--max-bad-rows",
      defaultValue = "10000",
      paramLabel = "N",
      description =
          "Maximum number of bad rows to leave out before the verb fails. Default:"
              + " ${DEFAULT-VALUE}.")
  private long maxBadRows;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Folder for everything that the verb makes. It is emptied first. Default: .unipin/try.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path work;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (seconds != null && seconds < 1) {
      throw new CheckException("--seconds: 1 or more expected, got " + seconds);
    }
    BadRowsOption.check(maxBadRows);
    Path folder = folder(Home.find());
    OutputCheck.require("--work", Output.Kind.FOLDER, folder);
    Folders.requireOurs(folder);
    DiskSpace.require("the trial", folder, BYTES);
    roles.decisions();
  }

  private Path folder(Home home) {
    return (work == null ? home.work("try") : work).toAbsolutePath().normalize();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    TrialSettings settings =
        new TrialSettings(
            folder(home),
            data,
            roles.decisions(),
            save,
            pageOf,
            new TrialClock(seconds),
            maxBadRows,
            once);
    Trial trial = new Trial(home, settings, new Guide(spec.commandLine().getOut()));
    trial.run(
        results -> {
          if (json != null) {
            new Figures("try", settings.figures(), results).write(json, home.root());
          }
        });
    return 0;
  }
}
