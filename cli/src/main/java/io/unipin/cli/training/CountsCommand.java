package io.unipin.cli.training;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.data.FeedLogText;
import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Counts a newer feed log for an existing bundle. */
@Command(
    name = "counts",
    description =
        "Counts a newer feed log for a bundle whose ranking uses counts. The bundle's weights stay"
            + " as they are.",
    footer = {
      "",
      "Example:",
      "  ./unipin counts --data feedlog --until 2026-05-02T00:00:00Z --bundle bundles/main --out"
          + " counts",
    })
public final class CountsCommand implements Callable<Integer>, Checked {
  private static final Duration DAY = Duration.ofDays(1);

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "The feed log. It should go back as far as the log on which the bundle was trained.")
  @Input(Input.Kind.FEED_LOG)
  private Path data;

  @Option(
      names = "--until",
      required = true,
      paramLabel = "INSTANT",
      description =
          "Actions and feedviews from this instant on are not counted, such as"
              + " 2026-05-02T00:00:00Z.")
  private String until;

  @Option(names = "--bundle", required = true, paramLabel = "DIR", description = "The bundle.")
  @Input(Input.Kind.BUNDLE)
  private Path bundle;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder of counts to create. It must not exist yet.")
  @Output(Output.Kind.FOLDER)
  private Path out;

  @Mixin private BadRowsOption badRows;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    instant();
    badRows.check();
    if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckException("--out: a new folder expected, got " + out + ", which exists");
    }
    if (!CountedRanking.isIn(BundleReader.model(bundle))) {
      throw new CheckException(
          "--bundle: a bundle with counts expected, got " + bundle + ", which has none");
    }
  }

  private Path folder() {
    return BundleReader.model(bundle).resolve(CountedRanking.FOLDER);
  }

  private Instant instant() {
    try {
      return Instant.parse(until);
    } catch (DateTimeParseException e) {
      throw new CheckException(
          "--until: an instant such as 2026-05-02T00:00:00Z expected, got " + until);
    }
  }

  /** Prints a note if the log lacks the last day before {@code --until}. */
  private void noteGap(FeedLog log, PrintWriter console) {
    long newest =
        LongStream.concat(LongStream.of(log.actionTimes()), LongStream.of(log.viewTimes()))
            .max()
            .orElse(FeedLog.NO_TIME);
    Duration gap = Duration.between(Instant.ofEpochMilli(newest), instant());
    if (newest != FeedLog.NO_TIME && gap.compareTo(DAY) > 0) {
      console.printf(
          Locale.ROOT,
          "note: the newest row of the feed log is of %s, %.1f days before --until; the counts of"
              + " the last days miss this time%n",
          Instant.ofEpochMilli(newest),
          gap.toMillis() / (double) DAY.toMillis());
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter console = spec.commandLine().getOut();
    CountedRanking earlier;
    Catalogue catalogue;
    try (LoadedBundle loaded = BundleFolder.load(bundle)) {
      catalogue = loaded.catalogue();
      earlier =
          CountedRanking.read(
              folder(),
              loaded.model().config().actions(),
              loaded.model().config().surfaces(),
              catalogue);
    }
    FeedLog log = FeedLogReader.read(data, badRows.most());
    console.println(FeedLogText.sizes(log));
    noteGap(log, console);
    CountTables tables = CountBuilder.recount(log, instant(), earlier.tables(), catalogue);
    try (SpillFolder temporary = SpillFolder.beside(out)) {
      Path written = temporary.path().resolve("counts");
      earlier.with(tables).write(written);
      Files.move(written, out, StandardCopyOption.ATOMIC_MOVE);
    }
    console.printf(
        Locale.ROOT,
        "counted %s: generation %s, %,d bytes in memory; the bundle's own is %s%n",
        out,
        tables.generation(),
        tables.bytes(),
        earlier.tables().generation());
    return 0;
  }
}
