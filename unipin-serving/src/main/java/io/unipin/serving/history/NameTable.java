package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of names and the numbers that represent them in records. Numbers are assigned in order
 * and never change.
 *
 * <p>Look-ups are thread-safe. Only one thread at a time may add names.
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

  /** Returns the table's own String object for a name that has a number. */
  String known(String name) {
    return name(number(name));
  }

  String name(int number) {
    List<String> known = names;
    if (number < 0 || number >= known.size()) {
      throw new IllegalStateException(
          "a number below " + known.size() + " expected in a record, got " + number);
    }
    return known.get(number);
  }

  /** Returns the number that {@link #add} will assign next. */
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
