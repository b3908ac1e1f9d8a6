package io.unipin.benchmarks.cluster;

/**
 * A call that failed.
 *
 * @param atNanos time at which the call began
 * @param millis time until the failure
 * @param call what was asked for: page or record
 * @param why what the failure said
 */
record CallFailure(long atNanos, double millis, String call, String why) {
  /** Text that begins the message of a call without an answer; the rest names ports and times. */
  private static final String DEADLINE = "deadline exceeded";

  /** Returns the failure's reason without what differs from call to call. */
  String reason() {
    return why.contains(DEADLINE) ? DEADLINE : why;
  }
}
