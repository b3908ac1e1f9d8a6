package io.unipin.serving.experiment;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Assigns a unit, such as a user, to one of the 10,000 slots of a space. The slot depends only on
 * three texts. Every programming language can compute it.
 *
 * <p>{@code assignment-vectors.json}, beside this class, holds values to test other
 * implementations.
 */
public final class Slots {
  /*
   * Let h be the first 64 bits of MurmurHash3 x64 128 with seed 0, read as an unsigned number. The
   * input is the UTF-8 bytes of salt, NUL, space, NUL, unit.
   *
   * The slot is the integer part of h * 10,000 / 2^64 (Lemire, Fast Random Integer Generation in an
   * Interval, 2019). With this rule, no slot is more likely than another by more than 1 in 2^50.
   */
  public static final int COUNT = 10_000;

  private Slots() {}

  /** Returns the slot, 0 to 9,999. Neither salt nor space may hold NUL. */
  public static int of(String salt, String space, String unit) {
    return scale(hash(salt, space, unit));
  }

  /** Returns the hash from which the slot is computed. The hash is an unsigned number. */
  static long hash(String salt, String space, String unit) {
    byte[] bytes = (salt + '\0' + space + '\0' + unit).getBytes(StandardCharsets.UTF_8);
    return MurmurHash3.hash128x64(bytes)[0];
  }

  /** Returns the high 64 bits of the unsigned product of {@code hash} and {@link #COUNT}. */
  private static int scale(long hash) {
    return (int) (Math.multiplyHigh(hash, COUNT) + ((hash >> 63) & COUNT));
  }
}
