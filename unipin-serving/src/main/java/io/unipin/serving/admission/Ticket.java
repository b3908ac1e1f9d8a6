package io.unipin.serving.admission;

import java.util.function.Predicate;

/**
 * An admitted call. Immutable except for its place in the queue, which belongs to
 * {@link Admission}.
 */
public final class Ticket {
  private final Predicate<Ticket> withdrawal;
  private final Work work;
  private final long expectedNanos;
  private final long admittedNanos;

  /**
   * @param withdrawal removes a waiting call from its queue; returns whether the call was still
   *     waiting
   * @param expectedNanos expected running time; 0 if no call of this kind has ended yet
   */
  Ticket(Predicate<Ticket> withdrawal, Work work, long expectedNanos, long admittedNanos) {
    this.withdrawal = withdrawal;
    this.work = work;
    this.expectedNanos = expectedNanos;
    this.admittedNanos = admittedNanos;
  }

  /**
   * Removes the call from the queue if the call still waits. Returns whether the call was removed;
   * a removed call never runs.
   */
  public boolean withdraw() {
    return withdrawal.test(this);
  }

  Work work() {
    return work;
  }

  Priority priority() {
    return work.priority();
  }

  long expectedNanos() {
    return expectedNanos;
  }

  long admittedNanos() {
    return admittedNanos;
  }
}
