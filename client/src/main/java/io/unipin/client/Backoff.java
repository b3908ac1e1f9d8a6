package io.unipin.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between attempts. Each pause is twice as long as the pause before, up to a longest pause.
 * Each pause is shortened by a random part of at most a fifth, so that clients do not all come back
 * at the same time. Used by one thread.
 */
final class Backoff {
  private static final double SPREAD = 0.2;

  private final Duration first;
  private final Duration longest;
  private Duration next;

  Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
    this.next = first;
  }

  /** Returns the next pause. It is at least as long as the pause that the server requested. */
  Duration next(Duration asked) {
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
    double share = 1 - SPREAD * ThreadLocalRandom.current().nextDouble();
    Duration spread = Duration.ofNanos((long) (pause.toNanos() * share));
    return asked.compareTo(spread) > 0 ? asked : spread;
  }

  /** Begins again with the first pause. */
  void reset() {
    next = first;
  }
}
