package io.unipin.cli.trial;

import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.Table;
import io.unipin.cli.data.FeedLogText;
import io.unipin.cli.demo.Guide;
import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.imports.Imported;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.infer.DataFiles;
import io.unipin.feedlog.infer.Inference;
import io.unipin.feedlog.infer.Inferred;
import io.unipin.feedlog.infer.UserSample;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.feedlog.source.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the feed log of a trial, and tells a person how the files were understood. */
final class TrialData {
  /**
   * A trial trains on at most about this many actions and shown items. With more of them, the first
   * page would appear later than a minute after the start.
   */
  static final long MOST_ENTRIES = 250_000;

  private static final Duration READING = Duration.ofSeconds(15);
  private static final int SHOWN_ROWS = 3;
  private static final long SEED = 7;

  private final TrialSettings settings;
  private final Guide guide;
  private final Path folder;
  private final Map<String, Object> results = new LinkedHashMap<>();

  TrialData(TrialSettings settings, Guide guide) {
    this.settings = settings;
    this.guide = guide;
    this.folder = settings.work().resolve("feedlog");
  }

  Path folder() {
    return folder;
  }

  /** Returns the inferred meanings of the columns, for the file of figures. */
  Map<String, Object> results() {
    return results;
  }

  FeedLog prepare() throws IOException {
    Path data = settings.data();
    FeedLog log = data == null ? simulated() : imported(data);
    guide.say("%s", FeedLogText.sizes(log));
    String days = FeedLogText.days(log);
    if (!days.isEmpty()) {
      guide.say("%s", days);
    }
    guide.show(FeedLogText.counts(log));
    return log;
  }

  private FeedLog simulated() {
    guide.stop("A simulated feed");
    guide.say("No path was given. Users with hidden tastes look at slates and act by known odds.");
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(1500, 1000, SEED));
    FeedLogWriter.write(log, folder);
    return log;
  }

  private FeedLog imported(Path data) throws IOException {
    guide.stop("What the columns mean");
    DataFiles files = DataFiles.of(data);
    Inferred inferred = Inference.of(files.profiles(), settings.decisions());
    for (Inferred.Meaning each : inferred.meanings()) {
      guide.say(
          "%-10s %s (%s)",
          each.meaning() + ":", Shown.line(each.column()), Shown.line(each.reason()));
    }
    files.notes().forEach(note -> guide.say("note: %s", Shown.line(note)));
    inferred.notes().forEach(note -> guide.say("note: %s", Shown.line(note)));
    results.put("inferred", inferred.meanings());
    String mapping = files.mapping(inferred);
    Path own = settings.work().resolve("mapping.yaml");
    Files.writeString(own, mapping);
    Path saved = settings.save();
    if (saved != null) {
      OutputFile.write(saved, mapping);
    }
    guide.say("mapping: %s", saved == null ? own : saved);
    guide.say(
        "edit it, then: ./unipin import %s --mapping %s --out feedlog",
        files.folder(), saved == null ? own : saved);
    return imported(files, inferred, own);
  }

  private FeedLog imported(DataFiles files, Inferred inferred, Path mapping) throws IOException {
    guide.stop("The feed log");
    Path source = files.folder();
    Path used = mapping;
    BadRows read = new BadRows(settings.maxBadRows());
    long entries = UserSample.estimatedEntries(inferred);
    if (entries > MOST_ENTRIES) {
      Path sampled = UserSample.folder(settings.work());
      UserSample.Sample sample =
          UserSample.write(
              files,
              inferred,
              sampled,
              MOST_ENTRIES,
              READING,
              (file, row, reason) ->
                  read.add(new BadRow(file, row.line(), "", reason, row.shown())));
      sample.notes().forEach(note -> guide.say("note: %s", Shown.line(note)));
      results.put("sampled", true);
      source = sampled;
      used = settings.work().resolve("sample.yaml");
      Files.writeString(used, sample.mapping());
    }
    long allowed = settings.maxBadRows() - read.rows().size();
    Imported imported = Importer.importAll(used, source, folder, allowed);
    imported.warnings().forEach(warning -> guide.say("warning: %s", warning));
    List<BadRow> bad = new ArrayList<>(read.rows());
    bad.addAll(imported.report().leftOut());
    if (!bad.isEmpty()) {
      guide.say("%,d bad rows are left out, such as: %s", bad.size(), bad.get(0));
    }
    results.put("bad_rows", bad.size());
    FeedLog log = FeedLogReader.read(folder, 0);
    guide.say("some actions as understood:");
    guide.show(examples(log));
    return log;
  }

  private static Table examples(FeedLog log) {
    Table table = new Table("user", "time (UTC)", "action", "item", "title", "category");
    for (int user = 0, shown = 0; user < log.users() && shown < SHOWN_ROWS; user++) {
      int action = log.actionStart(user);
      if (action < log.actionStart(user + 1)) {
        long time = log.actionTimes()[action];
        int item = log.actionItems()[action];
        String key = log.catalogue().key(item);
        table.row(
            log.user(user),
            time == FeedLog.NO_TIME
                ? "-"
                : Instant.ofEpochMilli(time).truncatedTo(ChronoUnit.SECONDS),
            String.join(" + ", log.schema().actionNames(log.actionBits()[action])),
            key.isEmpty() ? log.catalogue().id(item) : key,
            log.catalogue().title(item),
            log.catalogue().category(item));
        shown++;
      }
    }
    return table;
  }
}
