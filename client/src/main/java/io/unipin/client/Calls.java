package io.unipin.client;

/** Carries calls to a server or a fleet. Thread-safe. */
interface Calls extends AutoCloseable {
  /**
   * Sends a call and returns its answer.
   *
   * @param nanos time until the call's deadline
   * @throws RequestException when the call failed
   */
  <Q, A> A send(Call<Q, A> call, long nanos);

  /** Closes all connections. Idempotent. */
  @Override
  void close();
}
