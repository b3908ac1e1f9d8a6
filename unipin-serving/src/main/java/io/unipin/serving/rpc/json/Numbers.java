package io.unipin.serving.rpc.json;

import java.math.BigDecimal;
import java.util.Set;

/** Checks the texts of numbers as {@code JsonFormat} reads them. */
final class Numbers {
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private Numbers() {}

  /** Whether the text is a whole number that fits into so many bits; {@code 1e3} is one. */
  static boolean isWhole(String text, int bits) {
    try {
      long value = new BigDecimal(text).longValueExact(); // refuses a huge exponent at once
      return bits == Long.SIZE || value == (int) value;
    } catch (NumberFormatException | ArithmeticException e) {
      return false;
    }
  }

  /** Whether the text is a number of the range of float or of double. */
  static boolean isReal(String text, boolean single) {
    if (NOT_FINITE.contains(text)) {
      return true; // the service checks these, and then names the field
    }
    try {
      double value = new BigDecimal(text).doubleValue();
      return single ? Float.isFinite((float) value) : Double.isFinite(value);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
