package io.unipin.cli.loadtest;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Served;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Plays steps of load against one server, and creates and erases the users of the run. Not
 * thread-safe.
 */
public final class LoadRun implements AutoCloseable {
  private static final int CALLS_IN_FLIGHT = 20_000;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Settings settings;
  private final Preparation preparation;
  private final Vocabulary vocabulary;
  private final Driver driver;
  private final RunUsers users;
  private final BooleanSupplier stopped;
  private final String name;
  private final Served served;
  private int steps;

  /**
   * The settings that all steps share.
   *
   * @param histories makes the histories of known users from the server's vocabulary
   */
  public record Settings(
      Traffic traffic,
      Function<Vocabulary, Histories> histories,
      Arrivals arrivals,
      double p99BoundMs,
      double warmUpSeconds,
      double stepSeconds,
      Duration deadline,
      long seed) {}

  private LoadRun(
      Settings settings,
      RunUsers users,
      UniPinClient client,
      Target target,
      BooleanSupplier stopped) {
    this.settings = settings;
    this.users = users;
    this.stopped = stopped;
    name = "load-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    preparation = new Preparation(client, users, stopped);
    vocabulary = preparation.learn(name);
    served = preparation.describe(name);
    driver =
        new Driver(
            target,
            vocabulary,
            Pace.ofSystem(),
            System::currentTimeMillis,
            new Driver.Limits(CALLS_IN_FLIGHT, settings.deadline().plus(GRACE).toNanos()),
            stopped);
  }

  /**
   * Asks the server for its items and actions, and returns a run that uses these items and actions.
   */
  public static LoadRun begin(Settings settings, UniPinClient client, Target target) {
    return begin(settings, new RunUsers(client), client, target, () -> false);
  }

  /**
   * Begins a run as {@link #begin(Settings, UniPinClient, Target)} does.
   *
   * @param users where the run keeps its users; if no run is returned, these users are erased
   * @param stopped whether the run must stop: its step then fails
   */
  static LoadRun begin(
      Settings settings,
      RunUsers users,
      UniPinClient client,
      Target target,
      BooleanSupplier stopped) {
    boolean begun = false;
    try {
      LoadRun run = new LoadRun(settings, users, client, target, stopped);
      begun = true;
      return run;
    } finally {
      if (!begun) {
        users.eraseAll(count -> {});
      }
    }
  }

  Served served() {
    return served;
  }

  /** Plays one step at {@code rate} pages per second. */
  public StepResult step(double rate, Progress progress) {
    int number = steps++;
    Names names = new Names(name, number);
    long seed = settings.seed() * 1000 + number;
    double seconds = settings.warmUpSeconds() + settings.stepSeconds();
    Schedule schedule = Schedule.of(settings.traffic(), settings.arrivals(), rate, seconds, seed);
    preparation.histories(
        schedule,
        names,
        settings.histories().apply(vocabulary),
        settings.seed(),
        actions -> progress.at(0, 100, "recorded " + actions + " actions"));
    String label = LoadReport.number(rate) + " pages/s";
    StepResult result =
        driver.play(
            new Driver.Step(schedule, names, rate, (long) (settings.warmUpSeconds() * 1e9), seed),
            share -> progress.at((long) (100 * share), 100, label));
    if (stopped.getAsBoolean()) {
      throw new CommandException(
          "a whole step of %s expected, got a signal to stop".formatted(label));
    }
    progress.line(
        "%s: p50 %s ms, p99 %s ms, %s failed, %s"
            .formatted(
                label,
                LoadReport.number(result.latency().p50()),
                LoadReport.number(result.latency().p99()),
                result.failed(),
                result.keeps(settings.p99BoundMs()) ? "kept" : "not kept"));
    return result;
  }

  /** Erases the run's users from the server. Users whose erasure fails remain. */
  @Override
  public void close() {
    int all = users.count();
    if (all == 0) {
      return;
    }
    try (Progress progress = Progress.begin("erase users", all)) {
      users.eraseAll(count -> progress.at(count, all, "erased " + count + " users"));
    }
  }
}
