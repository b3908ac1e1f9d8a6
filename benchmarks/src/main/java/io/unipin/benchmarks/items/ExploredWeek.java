package io.unipin.benchmarks.items;

import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.cli.statistics.Interval;
import io.unipin.cli.statistics.Linearised;
import io.unipin.cli.statistics.Moments;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.simulator.LiveFeed;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Plays a simulated week twice, without and with exploration, and compares the clicks. After each
 * day, the model is retrained on the pages that the server has served.
 */
final class ExploredWeek {
  /*
   * For two weeks the simulator's own policy shows pages. A model is trained on these pages. Then
   * the server shows pages for a week. During this week, items are put at the moment when they
   * appear. The users and their random numbers are the same in both plays. Each user therefore has
   * two numbers of clicks, one per play.
   */
  private static final double SHARE = 0.02;

  /** Age up to which items are explored, and up to which clicks count as clicks on young items. */
  private static final Duration YOUNG = Duration.ofMillis(WeekClicks.DAY_MS);

  private static final int WARM_UP_DAYS = 14;
  private static final int DAYS = 7;
  private static final int FIRST_EPOCHS = 6;
  private static final int DAILY_EPOCHS = 2;
  private static final double COLD_SHARE = 0.4;
  private static final double NORMAL_95 = 1.96;

  private final Home home = Home.find();
  private final Path folder;
  private final boolean quick;
  private final long seed;

  private ExploredWeek(Path folder, boolean quick, long seed) {
    this.folder = folder;
    this.quick = quick;
    this.seed = seed;
  }

  /**
   * Plays the weeks of some seeds. Plays that an earlier run finished are not repeated.
   *
   * @param scratch folder for bundles and logs
   * @param say receives a line for each finished play
   */
  static void measure(
      Path scratch, boolean quick, int seeds, Map<String, Object> results, Consumer<String> say)
      throws IOException, InterruptedException {
    List<double[]> young = new ArrayList<>();
    List<double[]> all = new ArrayList<>();
    long[] sums = new long[5];
    for (int seed = 1; seed <= seeds; seed++) {
      ExploredWeek week = new ExploredWeek(scratch.resolve("week-" + seed), quick, seed);
      WeekClicks without = week.clicks(0, say);
      WeekClicks with = week.clicks(SHARE, say);
      with.compare(without, all, young);
      sums[0] += with.pages();
      sums[1] += without.all();
      sums[2] += with.all();
      sums[3] += without.young();
      sums[4] += with.young();
    }
    results.put("explore_seeds", seeds);
    results.put("explore_share", SHARE);
    results.put("explore_pages", sums[0]);
    results.put("explore_clicks_without", sums[1]);
    results.put("explore_clicks_with", sums[2]);
    results.put("explore_young_clicks_without", sums[3]);
    results.put("explore_young_clicks_with", sums[4]);
    put(results, "explore_clicks_gain", gain(all));
    put(results, "explore_young_clicks_gain", gain(young));
  }

  private static void put(Map<String, Object> results, String key, Interval gain) {
    results.put(key, (gain.low() + gain.high()) / 2);
    results.put(key + "_low", gain.low());
    results.put(key + "_high", gain.high());
  }

  /** Returns the relative gain over all users, with its 95 % interval by the delta method. */
  private static Interval gain(List<double[]> pairs) {
    Moments moments =
        Moments.of(
            Linearised.of(
                pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
                pairs.stream().mapToDouble(pair -> pair[1]).toArray()));
    return Interval.around(moments.mean(), NORMAL_95 * Math.sqrt(moments.meanVariance()));
  }

  private LiveFeed feed() {
    return new LiveFeed(
        quick
            ? new SimulatorConfig(60, 300, 30, 10, 16, COLD_SHARE, seed)
            : new SimulatorConfig(800, 1500, 60, 10, 16, COLD_SHARE, seed));
  }

  /** Returns the settings of the server for a share of exploration. */
  private static List<String> settings(double share) {
    String candidates = "retrieval.candidates=300";
    return share == 0
        ? List.of(candidates)
        : List.of(
            candidates,
            "slate.exploration.share=" + share,
            "slate.exploration.within=" + YOUNG.toHours() + "h");
  }

  private static long day(int day) {
    return LiveFeed.START_MS + day * WeekClicks.DAY_MS;
  }

  private Path firstBundle() {
    return folder.resolve("bundles").resolve("first");
  }

  private List<String> training(int epochs) throws IOException {
    List<String> options = new ArrayList<>(List.of("--index", "exact", "--no-evaluation"));
    home.recipe("simulator", "train.yaml")
        .ifPresent(recipe -> options.addAll(List.of("--config", recipe.toString())));
    for (String setting :
        List.of(
            "training.epochs=" + (quick ? 1 : epochs),
            "training.seed=" + seed,
            "training.unseenClasses=false",
            "training.idDropout=0.1",
            "evaluation.users=200",
            "evaluation.holdout=1")) {
      options.addAll(List.of("--set", setting));
    }
    return options;
  }

  /** Plays the time before the week with the simulator's own pages. */
  private WeekLog before(LiveFeed feed) {
    WeekLog log = new WeekLog();
    while (feed.hasVisit(day(WARM_UP_DAYS))) {
      LiveFeed.Visit visit = feed.next();
      long[] items = feed.page();
      log.add(new WeekLog.Shown(visit, items, feed.show(items)));
    }
    return log;
  }

  private void trainFirst() throws IOException, InterruptedException {
    LiveFeed feed = feed();
    WeekLog log = before(feed);
    Catalogue known = Catalogue.of(feed.items(0, day(WARM_UP_DAYS)));
    Path data = folder.resolve("log");
    Files.createDirectories(firstBundle().getParent());
    FeedLogWriter.write(log.feedLog(known), data);
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--data", data.toString(), "--out", firstBundle().toString()));
    arguments.addAll(training(FIRST_EPOCHS));
    ChildProcess.run(home, arguments);
  }

  /**
   * Returns the clicks of a play. Reads them from a file if the same week was played before.
   *
   * @param share the share of impressions for exploration
   */
  private WeekClicks clicks(double share, Consumer<String> say)
      throws IOException, InterruptedException {
    Path file = kept(share);
    Optional<WeekClicks> known = WeekClicks.read(file);
    if (known.isPresent()) {
      return known.get();
    }
    if (!Files.exists(firstBundle())) {
      trainFirst();
    }
    WeekClicks clicks = play(share);
    clicks.write(file);
    say.accept(
        String.format(
            Locale.ROOT,
            "seed %d, share %s: %,d pages, %,d clicks, %,d on items younger than a day",
            seed,
            share,
            clicks.pages(),
            clicks.all(),
            clicks.young()));
    return clicks;
  }

  /** Returns the file of a play. Its name depends on the recipe and on the server's settings. */
  private Path kept(double share) throws IOException {
    StringBuilder recipe = new StringBuilder(training(FIRST_EPOCHS).toString());
    recipe.append(settings(share));
    Optional<Path> file = home.recipe("simulator", "train.yaml");
    if (file.isPresent()) {
      recipe.append(Files.readString(file.get()));
    }
    String size = quick ? "quick" : "full";
    String rest = Integer.toHexString(recipe.toString().hashCode());
    String name = "seed-" + seed + "-share-" + share + "-" + size + "-" + rest + ".json";
    return home.work("explore").resolve(name);
  }

  private WeekClicks play(double share) throws IOException, InterruptedException {
    LiveFeed feed = feed();
    WeekLog before = before(feed);
    Map<Long, Long> created = new HashMap<>();
    feed.items(0, Long.MAX_VALUE).forEach(item -> created.put(item.id(), item.createdMs()));
    Path work = folder.resolve("share-" + share);
    Files.createDirectories(work.resolve("bundles"));
    WeekClicks clicks = new WeekClicks();
    try (LoopedServer server =
        new LoopedServer(home, firstBundle(), work, settings(share), training(DAILY_EPOCHS))) {
      before.users().forEach(server::record);
      long put = day(WARM_UP_DAYS);
      for (int day = WARM_UP_DAYS; day < WARM_UP_DAYS + DAYS; day++) {
        while (feed.hasVisit(day(day + 1))) {
          LiveFeed.Visit visit = feed.next();
          List<CatalogueItem> appeared = feed.items(put, visit.timeMs());
          server.put(appeared);
          put = Math.max(put, visit.timeMs());
          long[] page = server.page(visit);
          List<LiveFeed.Reaction> reactions = feed.show(page);
          server.record(visit.user(), List.of(new WeekLog.Shown(visit, page, reactions)));
          clicks.add(visit, reactions, created);
        }
        if (day + 1 < WARM_UP_DAYS + DAYS) {
          server.retrain(day + 1);
        }
      }
    }
    return clicks;
  }
}
