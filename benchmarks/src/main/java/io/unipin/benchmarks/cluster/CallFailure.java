package io.unipin.benchmarks.cluster;

/**
 * A call that failed.
 *
 * @param atNanos time at which the call began
 * @param millis time until the failure
 * @param call kind of the call: page or record
 * @param why message of the failure
 */
record CallFailure(long atNanos, double millis, String call, String why) {
  /**
   * Beginning of the message of a call without an answer. The rest of the message names ports and
   * times.
   */
  private static final String DEADLINE = "deadline exceeded";

  /** Returns the failure's reason without the parts that differ from call to call. */
  String reason() {
    return why.contains(DEADLINE) ? DEADLINE : why;
  }
}
