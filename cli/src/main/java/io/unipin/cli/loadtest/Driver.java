package io.unipin.cli.loadtest;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;

/**
 * Plays schedules against a target in an open loop. Each call starts at its scheduled time, even if
 * answers to earlier calls are still missing. Not thread-safe.
 */
public final class Driver {
  private static final long SETTLE_NANOS = 10_000_000;

  /** The longest time between two looks at whether the run must stop. */
  private static final long SLICE_NANOS = 100_000_000;

  /** How long a run that must stop waits for calls that are still running. */
  private static final long STOPPED_SETTLE_NANOS = 3_000_000_000L;

  private final Target target;
  private final Vocabulary vocabulary;
  private final Pace pace;
  private final LongSupplier epochMillis;
  private final Limits limits;
  private final BooleanSupplier stopped;

  /**
   * The bounds of a run.
   *
   * @param callsInFlight maximum number of concurrent calls; a further call fails without being
   *     sent
   * @param settleNanos nanoseconds to wait, at the end of a step, for calls that are still running
   */
  public record Limits(int callsInFlight, long settleNanos) {}

  /**
   * A step to play: its calls, their rate, the length of the warm-up, and the names of users and
   * events.
   */
  public record Step(
      Schedule schedule, Names names, double offeredQps, long warmUpNanos, long seed) {}

  public Driver(
      Target target, Vocabulary vocabulary, Pace pace, LongSupplier epochMillis, Limits limits) {
    this(target, vocabulary, pace, epochMillis, limits, () -> false);
  }

  /** @param stopped whether the run must stop: no more calls are then sent */
  Driver(
      Target target,
      Vocabulary vocabulary,
      Pace pace,
      LongSupplier epochMillis,
      Limits limits,
      BooleanSupplier stopped) {
    this.target = target;
    this.vocabulary = vocabulary;
    this.pace = pace;
    this.epochMillis = epochMillis;
    this.limits = limits;
    this.stopped = stopped;
  }

  public StepResult play(Step step, DoubleConsumer progress) {
    Schedule schedule = step.schedule();
    StepRecorder recorder = new StepRecorder(step.warmUpNanos(), schedule.lengthNanos());
    Map<Integer, Session> sessions = new HashMap<>();
    AtomicInteger inFlight = new AtomicInteger();
    long begin = pace.nanos();
    for (Event event : schedule.events()) {
      await(begin + event.atNanos());
      if (stopped.getAsBoolean()) {
        break;
      }
      progress.accept((double) event.atNanos() / schedule.lengthNanos());
      Session session =
          sessions.computeIfAbsent(
              event.session(),
              id ->
                  new Session(
                      step.names().user(event.user()),
                      step.names().event(id),
                      step.seed() * 31 + id));
      boolean full = inFlight.get() >= limits.callsInFlight();
      inFlight.incrementAndGet();
      recorder.sent(event.atNanos(), pace.nanos() - begin);
      if (event.isPage()) {
        sendPage(event, session, full, begin, recorder, inFlight);
      } else {
        sendActions(event, session, full, recorder, inFlight);
      }
    }
    await(begin + schedule.lengthNanos());
    settle(inFlight);
    return recorder.result(step.offeredQps());
  }

  /** Waits until a time, or until the run must stop. */
  private void await(long nanos) {
    do {
      pace.awaitNanos(Math.min(nanos, pace.nanos() + SLICE_NANOS));
    } while (pace.nanos() < nanos && !stopped.getAsBoolean());
  }

  private void sendPage(
      Event event,
      Session session,
      boolean full,
      long begin,
      StepRecorder recorder,
      AtomicInteger inFlight) {
    if (full) {
      recorder.page(event.atNanos(), pace.nanos() - begin, Reply.failed("not_sent"));
      inFlight.decrementAndGet();
      return;
    }
    target.page(
        session.user(),
        session.takeCursor(),
        reply -> {
          recorder.page(event.atNanos(), pace.nanos() - begin, reply);
          session.onPage(reply);
          inFlight.decrementAndGet();
        });
  }

  private void sendActions(
      Event event, Session session, boolean full, StepRecorder recorder, AtomicInteger inFlight) {
    if (full) {
      recorder.recorded(event.atNanos(), 0, "not_sent");
      inFlight.decrementAndGet();
      return;
    }
    target.record(
        session.act(event.actions(), vocabulary, epochMillis.getAsLong()),
        failure -> {
          recorder.recorded(event.atNanos(), event.actions(), failure);
          inFlight.decrementAndGet();
        });
  }

  private void settle(AtomicInteger inFlight) {
    long begin = pace.nanos();
    while (inFlight.get() > 0 && pace.nanos() - begin < patience()) {
      pace.awaitNanos(pace.nanos() + SETTLE_NANOS);
    }
    if (inFlight.get() > 0 && !stopped.getAsBoolean()) {
      throw new IllegalStateException(inFlight.get() + " calls got no answer, nor a failure");
    }
  }

  private long patience() {
    return stopped.getAsBoolean()
        ? Math.min(limits.settleNanos(), STOPPED_SETTLE_NANOS)
        : limits.settleNanos();
  }
}
