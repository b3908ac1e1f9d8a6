package io.unipin.serving.experiment;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The place of a unit in a space of 10,000 slots: a pure function of three texts, the same in every language.
 *
 * <p>{@code assignment-vectors.json}, beside this class, holds values to test another implementation with.
 */
public final class Slots {
  /*
   * h = the first 64 bits of MurmurHash3 x64 128, seed 0, over the UTF-8 bytes of salt, NUL, space, NUL, unit; as an unsigned
   * number, h * 10,000 / 2^64 is the slot (Lemire, Fast Random Integer Generation in an Interval, 2019; no remainder, so no
   * slot is preferred by more than 1 in 2^50).
   */
  public static final int COUNT = 10_000;

  private Slots() {}

  /** The slot, 0 to 9,999. Neither salt nor space may hold NUL. */
  public static int of(String salt, String space, String unit) {
    return scale(hash(salt, space, unit));
  }

  /** The hash that the slot is made of, to be read as an unsigned number. */
  static long hash(String salt, String space, String unit) {
    byte[] bytes = (salt + '\0' + space + '\0' + unit).getBytes(StandardCharsets.UTF_8);
    return MurmurHash3.hash128x64(bytes)[0];
  }

  /** The high 64 bits of the unsigned product. */
  private static int scale(long hash) {
    return (int) (Math.multiplyHigh(hash, COUNT) + ((hash >> 63) & COUNT));
  }
}
