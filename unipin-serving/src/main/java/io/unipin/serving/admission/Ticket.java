package io.unipin.serving.admission;

/**
 * An admitted call. Immutable except for its place in the queue, which belongs to
 * {@link Admission}.
 */
public final class Ticket {
  private final Admission admission;
  private final Work work;
  private final long expectedNanos;
  private final long admittedNanos;

  Ticket(Admission admission, Work work, long expectedNanos, long admittedNanos) {
    this.admission = admission;
    this.work = work;
    this.expectedNanos = expectedNanos;
    this.admittedNanos = admittedNanos;
  }

  /**
   * Removes the call from the queue if the call still waits. Returns whether the call was removed;
   * a removed call never runs.
   */
  public boolean withdraw() {
    return admission.withdraw(this);
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
