package io.unipin.benchmarks.load;

import io.unipin.serving.cli.Progress;
import io.unipin.serving.rpc.UniPinClient;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One round of overload against a running server whose users are all cached: how much it serves at most, how it answers at
 * 80 % of that, at 300 %, and afterwards. One thread.
 */
final class Overload {
  private static final int USERS = 32;
  private static final int CALLERS = 4;

  /** Callers of whom some are refused. */
  private static final int CROWD = 48;

  private static final int CONNECTIONS = 4;
  private static final double NORMAL = 0.8;
  private static final double BURST = 3;
  private static final double HURRIED = 0.5;
  private static final int HURRIED_CALLS = 1000;
  private static final int LONGEST_HURRY_MS = 50;
  private static final long LATE_NANOS = 5_000_000;
  private static final double TAIL_SECONDS = 6;
  private static final long PEAK_SECONDS = 5;
  private static final long WARM_SECONDS = 20;
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

  /** The length is that of the phases of normal load and of overload. */
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

  /** Records the users' histories, and lets the server find its pace, in serving and in refusing. */
  void prepare() throws InterruptedException {
    Schedule all = Schedule.of(traffic, Arrivals.CONSTANT, 100, 20, 1);
    preparation.histories(all, names, traffic, vocabulary, 1, actions -> {});
    peak(WARM_SECONDS);
    ClosedLoop.pagesPerSecond(client, CROWD, users(), PEAK_SECONDS);
  }

  /** What one round measured, by name. */
  Map<String, Object> round(long seed) throws IOException, InterruptedException {
    double before = peak();
    progress.line("peak: %.1f pages/s".formatted(before));
    String metrics = server.metrics();
    Witness witness;
    Samples samples;
    long burst = (long) (seconds * 1e9);
    try (GrpcTarget target = target()) {
      witness = new Witness(target, call -> PATIENCE);
      Schedule schedule =
          schedule(NORMAL * before, seconds, seed)
              .then(schedule(BURST * before, seconds, seed + 1))
              .then(schedule(NORMAL * before, TAIL_SECONDS, seed + 2));
      play(witness, schedule, before, seed);
      samples = witness.samples();
    }
    double refusal = ServerTimes.quantileMs(metrics, server.metrics(), "RESOURCE_EXHAUSTED", 0.99);
    double peak = (before + peak()) / 2;

    Samples normal = samples.between(0, burst);
    Samples over = samples.between(burst, 2 * burst);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("goodput_at_300pct", over.answered() / seconds / peak);
    result.put("p99_over_p50_at_80pct", normal.quantileMs(0.99) / normal.quantileMs(0.5));
    result.put("refused_at_80pct", (double) (normal.calls().size() - normal.answered()));
    result.put("refusal_p99_ms", refusal);
    result.put("recovery_s", samples.recoverySeconds(2 * burst, normal.quantileMs(0.99)));
    result.put("peak_pages_per_second", peak);
    result.put("normal", describe(normal));
    result.put("overload", describe(over));
    return result;
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

  /** What became of calls with little time, at half of what the server can do. */
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
    try (GrpcTarget target = target()) {
      Witness witness = new Witness(target, deadlines);
      play(witness, schedule(rate, HURRIED_CALLS / rate * 1.2, seed), rate, seed);
      List<Samples.Sample> calls = witness.samples().calls();
      return new Samples(calls.subList(0, Math.min(HURRIED_CALLS, calls.size())));
    }
  }

  private GrpcTarget target() {
    return new GrpcTarget(
        server.address(), CONNECTIONS, new GrpcTarget.Call(0, 0, Duration.ofSeconds(10)));
  }

  private Schedule schedule(double rate, double length, long seed) {
    return Schedule.of(traffic, Arrivals.POISSON, rate, length, seed);
  }

  private void play(Witness witness, Schedule schedule, double rate, long seed) {
    new Driver(witness, vocabulary, Pace.ofSystem(), System::currentTimeMillis, LIMITS)
        .play(
            new Driver.Step(schedule, names, rate, 0, seed),
            share -> progress.at((long) (100 * share), 100, schedule.pages() + " pages"));
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
