package io.unipin.serving.rpc.json;

import java.math.BigDecimal;
import java.util.Set;

/** Checks the texts of numbers as {@code JsonFormat} reads them. */
final class Numbers {
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private Numbers() {}

  /**
   * Whether the text is a whole number that fits into this number of bits. A whole number may be
   * written as {@code 1e3}.
   */
  static boolean isWhole(String text, int bits) {
    try {
      long value = new BigDecimal(text).longValueExact(); // refuses a huge exponent at once
      return bits == Long.SIZE || value == (int) value;
    } catch (NumberFormatException | ArithmeticException e) {
      return false;
    }
  }

  /** Whether the text is a number in the range of float or double. */
  static boolean isReal(String text, boolean single) {
    if (NOT_FINITE.contains(text)) {
      return true; // the service refuses these values and names the field
    }
    try {
      double value = new BigDecimal(text).doubleValue();
      return single ? Float.isFinite((float) value) : Double.isFinite(value);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
