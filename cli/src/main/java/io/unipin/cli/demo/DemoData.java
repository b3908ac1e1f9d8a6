package io.unipin.cli.demo;

import io.unipin.cli.console.Home;
import io.unipin.cli.data.FeedLogText;
import io.unipin.cli.data.ImportCommand;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/** Provides the feed log of a demo. */
final class DemoData {
  private static final long SEED = 7;

  private final Home home;
  private final DemoSettings settings;
  private final Guide guide;
  private Path folder;

  DemoData(Home home, DemoSettings settings, Guide guide) {
    this.home = home;
    this.settings = settings;
    this.guide = guide;
    this.folder = settings.work().resolve("feedlog");
  }

  /** Returns the folder of the feed log. */
  Path folder() {
    return folder;
  }

  FeedLog prepare() {
    guide.stop("The feed log");
    FeedLog log = get();
    guide.say("%s", FeedLogText.sizes(log));
    String days = FeedLogText.days(log);
    if (!days.isEmpty()) {
      guide.say("%s", days);
    }
    guide.show(FeedLogText.counts(log));
    return log;
  }

  private FeedLog get() {
    Path data = settings.data();
    if (data == null) {
      guide.say("Simulated: users with hidden tastes look at slates and act by known odds.");
      FeedLog log =
          FeedSimulator.simulate(SimulatorConfig.of(settings.users(), settings.items(), SEED));
      FeedLogWriter.write(log, folder);
      return log;
    }
    if (Files.exists(data.resolve("feedlog.yaml"))) {
      folder = data;
      return FeedLogReader.read(data, 0);
    }
    guide.say("Imported from %s with recipes/%s/import.yaml.", data, settings.recipe());
    ImportCommand.run(home, data, null, folder, 0);
    return FeedLogReader.read(folder, 0);
  }
}
