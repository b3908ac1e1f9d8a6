package io.unipin.cli.doctor;

/**
 * The result of examining one part of the machine.
 *
 * @param part the part, such as {@code threads}
 * @param state whether it is as it should be
 * @param found the observation, in words
 * @param cost what a bad state costs, and what to do about it; empty if the state is {@link
 *     State#OK}
 */
record Check(String part, State state, String found, String cost) {
  /** Whether a part is as it should be. */
  enum State {
    OK,
    /** The part works, but slower or with less capacity than possible. */
    SLOWER,
    /** Something does not work. */
    BROKEN
  }

  static Check ok(String part, String found) {
    return new Check(part, State.OK, found, "");
  }

  static Check slower(String part, String found, String cost) {
    return new Check(part, State.SLOWER, found, cost);
  }

  static Check broken(String part, String found, String cost) {
    return new Check(part, State.BROKEN, found, cost);
  }
}
