package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and the numbers that stand for them in records. Numbers are given in order and never change.
 *
 * <p>Thread-safe for look-ups; one thread at a time adds.
 */
final class NameTable {
  private volatile List<String> names;
  private volatile Map<String, Integer> numbers;

  NameTable(List<String> names) {
    this.names = List.copyOf(names);
    this.numbers = index(names);
  }

  boolean contains(String name) {
    return numbers.containsKey(name);
  }

  int number(String name) {
    Integer number = numbers.get(name);
    if (number == null) {
      throw new IllegalStateException("a name without a number: " + name);
    }
    return number;
  }

  String name(int number) {
    List<String> known = names;
    if (number < 0 || number >= known.size()) {
      throw new IllegalStateException(
          "a number below " + known.size() + " expected in a record, got " + number);
    }
    return known.get(number);
  }

  /** The number that {@link #add} will give. */
  int next() {
    return names.size();
  }

  void add(String name) {
    List<String> longer = new ArrayList<>(names);
    longer.add(name);
    names = List.copyOf(longer);
    numbers = index(longer);
  }

  private static Map<String, Integer> index(List<String> names) {
    Map<String, Integer> numbers = new HashMap<>();
    for (String name : names) {
      numbers.put(name, numbers.size());
    }
    return Map.copyOf(numbers);
  }
}
