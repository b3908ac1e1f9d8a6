package io.unipin.benchmarks.load;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.cli.console.Progress;
import io.unipin.cli.loadtest.Arrivals;
import io.unipin.cli.loadtest.Distribution;
import io.unipin.cli.loadtest.Driver;
import io.unipin.cli.loadtest.GrpcTarget;
import io.unipin.cli.loadtest.Histories;
import io.unipin.cli.loadtest.Names;
import io.unipin.cli.loadtest.Pace;
import io.unipin.cli.loadtest.Preparation;
import io.unipin.cli.loadtest.Schedule;
import io.unipin.cli.loadtest.Traffic;
import io.unipin.cli.loadtest.Vocabulary;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One round of overload against a running server whose users are all cached. Not thread-safe.
 *
 * <p>The round measures answers at 80 % of the server's peak rate, at 300 % of this rate, and after
 * the overload. The peak rate is measured before and after each phase, because the speed of a
 * shared machine varies. A round in which the peak rate changed proves nothing.
 */
final class Overload {
  private static final int USERS = 32;
  private static final int CALLERS = 4;

  /** The number of callers, which is so large that the server refuses some calls. */
  private static final int CROWD = 48;

  private static final int CONNECTIONS = 1;
  private static final double NORMAL = 0.8;
  private static final double BURST = 3;
  private static final double HURRIED = 0.5;
  private static final int HURRIED_CALLS = 1000;
  private static final int LONGEST_HURRY_MS = 50;
  private static final long LATE_NANOS = 5_000_000;
  private static final double TAIL_SECONDS = 6;
  private static final long PEAK_SECONDS = 4;
  private static final long WARM_SECONDS = 20;
  private static final int WARM_ROUNDS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Driver.Limits LIMITS =
      new Driver.Limits(20_000, Duration.ofSeconds(10).toNanos());

  private final BenchServer server;
  private final UniPinClient client;
  private final Traffic traffic;
  private final Names names = new Names("overload", 0);
  private final Preparation preparation;
  private final Vocabulary vocabulary;
  private final double seconds;
  private final Progress progress;

  /**
   * Creates a round.
   *
   * @param seconds length of the phases of normal load and of overload
   */
  Overload(
      BenchServer server, UniPinClient client, int history, double seconds, Progress progress) {
    this.server = server;
    this.client = client;
    this.seconds = seconds;
    this.progress = progress;
    this.traffic =
        new Traffic(
            USERS,
            0,
            0,
            Distribution.parse("1"),
            Distribution.parse("0"),
            Distribution.parse("1"),
            Distribution.parse(Integer.toString(history)));
    preparation = new Preparation(client);
    vocabulary = preparation.learn("overload");
  }

  /**
   * Records the users' histories. Then warms up server and caller with served and refused calls,
   * because compilation by the JVM takes processor time.
   */
  void prepare() throws IOException, InterruptedException {
    Schedule all = Schedule.of(traffic, Arrivals.CONSTANT, 100, 20, 1);
    Histories histories = Histories.madeUp(traffic.history(), vocabulary);
    preparation.histories(all, names, histories, 1, actions -> {});
    peak(WARM_SECONDS);
    ClosedLoop.pagesPerSecond(client, CROWD, users(), PEAK_SECONDS);
    for (int round = 1; round <= WARM_ROUNDS; round++) {
      round(-round);
    }
  }

  /** Runs one round and returns its figures by name. */
  Map<String, Object> round(long seed) throws IOException, InterruptedException {
    double first = peak();
    Neighbours neighbours = Neighbours.of(server.process().pid());
    Samples normal = played(schedule(NORMAL * first, seconds, seed), seed);
    double others = neighbours.share();
    double before = peak();
    String metrics = server.metrics();
    Samples samples =
        played(
            schedule(BURST * before, seconds, seed + 1)
                .then(schedule(NORMAL * before, TAIL_SECONDS, seed + 2)),
            seed);
    double refusal = ServerTimes.quantileMs(metrics, server.metrics(), "RESOURCE_EXHAUSTED", 0.99);
    double after = peak();
    progress.line(
        String.format(Locale.ROOT, "peaks: %.1f, %.1f, %.1f pages/s", first, before, after));

    long burst = (long) (seconds * 1e9);
    Samples over = samples.between(0, burst);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("goodput_at_300pct", over.answered() / seconds / ((before + after) / 2));
    result.put("p99_over_p50_at_80pct", normal.quantileMs(0.99) / normal.quantileMs(0.5));
    result.put("refused_at_80pct", (double) (normal.calls().size() - normal.answered()));
    result.put("refusal_p99_ms", refusal);
    result.put("recovery_s", samples.recoverySeconds(burst, normal.quantileMs(0.99)));
    result.put("others_share_at_80pct", others);
    result.put("peaks_pages_per_second", List.of(first, before, after));
    result.put("normal", describe(normal));
    result.put("overload", describe(over));
    return result;
  }

  /** Returns the highest of a round's peak rates divided by the lowest. */
  static double drift(Map<String, Object> round) {
    List<?> peaks = (List<?>) round.getOrDefault("peaks_pages_per_second", List.of());
    DoubleSummaryStatistics all =
        peaks.stream().mapToDouble(peak -> ((Number) peak).doubleValue()).summaryStatistics();
    return all.getMax() / all.getMin();
  }

  /** Returns the share of the machine that other processes took during the phase at 80 percent. */
  static double others(Map<String, Object> round) {
    return ((Number) round.getOrDefault("others_share_at_80pct", 0)).doubleValue();
  }

  private double peak() throws InterruptedException {
    return peak(PEAK_SECONDS);
  }

  private double peak(long time) throws InterruptedException {
    return ClosedLoop.pagesPerSecond(client, CALLERS, users(), time);
  }

  private List<String> users() {
    return IntStream.range(0, USERS).mapToObj(names::user).toList();
  }

  /**
   * Returns the results of calls that have short deadlines and come at half of the server's peak
   * rate.
   */
  Map<String, Object> hurry(long seed) throws InterruptedException {
    Samples hurried = hurried(HURRIED * peak(), seed);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("late_answers", (double) hurried.lateAnswers(LATE_NANOS));
    result.put("late_ends", (double) hurried.lateEnds(LATE_NANOS));
    result.put("hurried", describe(hurried));
    return result;
  }

  private Samples hurried(double rate, long seed) {
    IntFunction<Duration> deadlines = call -> Duration.ofMillis(1 + call % LONGEST_HURRY_MS);
    Schedule schedule = schedule(rate, HURRIED_CALLS / rate * 1.2, seed);
    List<Samples.Sample> calls = played(schedule, deadlines, seed).calls();
    return new Samples(calls.subList(0, Math.min(HURRIED_CALLS, calls.size())));
  }

  private GrpcTarget target() {
    return new GrpcTarget(
        server.address(), CONNECTIONS, new GrpcTarget.Call(0, 0, Duration.ofSeconds(10)));
  }

  private Schedule schedule(double rate, double length, long seed) {
    return Schedule.of(traffic, Arrivals.POISSON, rate, length, seed);
  }

  private Samples played(Schedule schedule, long seed) {
    return played(schedule, call -> PATIENCE, seed);
  }

  private Samples played(Schedule schedule, IntFunction<Duration> deadlines, long seed) {
    try (GrpcTarget target = target()) {
      Witness witness = new Witness(target, deadlines);
      new Driver(witness, vocabulary, Pace.ofSystem(), System::currentTimeMillis, LIMITS)
          .play(
              new Driver.Step(schedule, names, 0, 0, seed),
              share -> progress.at((long) (100 * share), 100, schedule.pages() + " pages"));
      return witness.samples();
    }
  }

  private static Map<String, Object> describe(Samples samples) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("calls", samples.calls().size());
    json.put("answered", samples.answered());
    json.put("degraded", samples.degraded());
    json.put("failures", samples.failures());
    json.put("p50_ms", samples.quantileMs(0.5));
    json.put("p99_ms", samples.quantileMs(0.99));
    return json;
  }
}
