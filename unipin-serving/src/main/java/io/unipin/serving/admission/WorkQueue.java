package io.unipin.serving.admission;

import org.jspecify.annotations.Nullable;

/**
 * The queue of waiting calls, in the order in which they run. It also adds up expected running
 * times. {@link AdmissionPolicy} bounds both the number of calls and these times. Not thread-safe.
 */
sealed interface WorkQueue permits ArrivalQueue, CostQueue {
  /** Creates the queue that the settings ask for. */
  static WorkQueue of(AdmissionConfig config, int workers) {
    return switch (config.order()) {
      case ARRIVAL -> new ArrivalQueue();
      case COST -> new CostQueue(config.overtakenFor(), workers);
    };
  }

  /** Adds a call. Calls must be added in the order of their arrival. */
  void add(Ticket ticket);

  /**
   * Removes and returns the call that runs next; null when no call waits.
   *
   * @param nowNanos time by the clock of the tickets
   */
  @Nullable Ticket poll(long nowNanos);

  /** Removes a call. Returns whether the call waited. */
  boolean remove(Ticket ticket);

  /**
   * Returns the expected nanoseconds of waiting work that would run before a new call. Calls that
   * come later are not counted.
   */
  long workAhead(Ticket ticket);

  int size();
}
