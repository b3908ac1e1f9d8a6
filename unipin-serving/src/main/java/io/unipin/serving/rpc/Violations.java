package io.unipin.serving.rpc;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.failure.Violation;
import io.unipin.settings.ConfigException;
import java.util.ArrayList;
import java.util.List;

/** The errors in one request. Only the first few are kept. Not thread-safe. */
final class Violations {
  /** Largest number of errors that fits into the trailers. */
  private static final int MAX = 8;

  private static final int MAX_VALUE = 48;
  private final List<Violation> found = new ArrayList<>();

  void require(boolean condition, String field, String expected, Object got) {
    if (!condition) {
      add(field, expected, got);
    }
  }

  void add(String field, String expected, Object got) {
    add(field, expected, got, "");
  }

  /**
   * Adds an error.
   *
   * @param hint text to append, such as the nearest known name; empty for none
   */
  void add(String field, String expected, Object got, String hint) {
    if (found.size() < MAX) {
      found.add(new Violation(field, expected + " expected, got " + shortened(got) + hint));
    }
  }

  static String shortened(Object value) {
    String cut = ConfigException.shortened(String.valueOf(value), MAX_VALUE);
    return value instanceof String ? "'" + cut + "'" : cut;
  }

  boolean isFull() {
    return found.size() >= MAX;
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw ServingException.invalid(found);
    }
  }
}
