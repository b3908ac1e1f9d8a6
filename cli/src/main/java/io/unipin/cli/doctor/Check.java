package io.unipin.cli.doctor;

/**
 * What was found about one part of the machine.
 *
 * @param part the part, such as {@code threads}
 * @param state whether it is as it should be
 * @param found what was found
 * @param cost what it costs if it is not as it should be, and what to do; empty if it is
 */
record Check(String part, State state, String found, String cost) {
  /** Whether a part is as it should be. */
  enum State {
    OK,
    /** It works, slower or with less than it could. */
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
