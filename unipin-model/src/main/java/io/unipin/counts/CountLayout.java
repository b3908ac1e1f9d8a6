package io.unipin.counts;

import java.util.ArrayList;
import java.util.List;

/**
 * What is counted: the names and sizes that determine the shape of all tables. Immutable.
 *
 * @param catalogue checksum of the ids of the catalogue's items, in their order
 * @param items number of items of the catalogue
 * @param categories number of categories of these items
 * @param authors number of authors of these items
 * @param actions names of the action types
 * @param surfaces names of the surfaces
 * @param windows windows, longest first; the first one is {@link CountWindow#ALL}
 * @param before whether actions from before the log's first feedview are counted
 * @param own whether the rates of the user's own actions are inputs
 */
record CountLayout(
    String catalogue,
    int items,
    int categories,
    int authors,
    List<String> actions,
    List<String> surfaces,
    List<CountWindow> windows,
    boolean before,
    boolean own) {
  /** Largest number of bytes of a table's counts. */
  private static final long TABLE_BYTES = 256L << 20;

  /** Largest number of items, categories or authors. */
  private static final int MOST = 100_000_000;

  private static final int MOST_NAMES = 4096;

  /** Name of the input that tells how strongly a candidate follows the user's last actions. */
  static final String FOLLOW = "follow";

  /** Begins the names of the inputs that the user's own actions give. */
  static final String OWN = "own";

  CountLayout {
    actions = List.copyOf(actions);
    surfaces = List.copyOf(surfaces);
    windows = List.copyOf(windows);
    require("items", items, 1, MOST);
    require("categories", categories, 0, items);
    require("authors", authors, 0, items);
    require("number of actions", actions.size(), 1, Long.SIZE - 2);
    require("number of surfaces", surfaces.size(), 1, MOST_NAMES);
    if (windows.isEmpty()
        || windows.get(0) != CountWindow.ALL
        || !windows.stream().sorted().distinct().toList().equals(windows)) {
      throw new CountsException("windows from all to 1d in this order expected, got " + windows);
    }
  }

  private static void require(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new CountsException(
          "%s: %s to %s expected, got %s".formatted(name, least, most, value));
    }
  }

  /** Returns the keys that have a table, in the order of the tables. */
  List<CountKey> keys() {
    List<CountKey> keys = new ArrayList<>();
    for (CountKey key : CountKey.values()) {
      boolean counted =
          switch (key) {
            case TOTAL, SURFACE, ITEM, SURFACE_ITEM -> true;
            case CATEGORY, SEGMENT, SEGMENT_ITEM -> categories > 1;
            case AUTHOR -> authors > 1;
            case BEFORE_TOTAL, BEFORE -> before;
            case OWN_TOTAL -> own;
          };
      if (counted) {
        keys.add(key);
      }
    }
    return keys;
  }

  /** Returns the windows of a key's table. */
  List<CountWindow> windows(CountKey key) {
    return key.countsImpressions() ? windows : List.of(CountWindow.ALL);
  }

  /** Returns the number of values of a key. A key is at least 0 and below this number. */
  long values(CountKey key) {
    return switch (key) {
      case TOTAL, BEFORE_TOTAL, OWN_TOTAL -> 1;
      case SURFACE -> surfaces.size();
      case ITEM, BEFORE -> items;
      case CATEGORY, SEGMENT -> categories;
      case AUTHOR -> authors;
      case SURFACE_ITEM -> (long) surfaces.size() * items;
      case SEGMENT_ITEM -> (long) categories * items;
    };
  }

  /** Returns the largest number of rows of a key's table. */
  int mostRows(CountKey key) {
    long row = Long.BYTES + (long) Integer.BYTES * windows(key).size() * (1 + actions.size());
    return (int) Math.min(values(key), TABLE_BYTES / row);
  }

  /** Returns the number of inputs of a key: its rates, and the number of impressions. */
  int inputs(CountKey key) {
    return key.isInput() ? windows(key).size() * actions.size() + (key.tellsNumber() ? 1 : 0) : 0;
  }

  /**
   * Returns the inputs: for each key {@code key.window.action}, then {@code key.number} where
   * {@link CountKey#tellsNumber}. Then the user's own rates {@code own.action} and the number of
   * actions behind them, {@code own.number}. At the end {@link #FOLLOW}.
   */
  CountFeatures features() {
    List<String> names = new ArrayList<>();
    for (CountKey key : keys()) {
      if (key.isInput()) {
        for (CountWindow window : windows(key)) {
          actions.forEach(action -> names.add(rate(key, window, action)));
        }
      }
      if (key.tellsNumber()) {
        names.add(key.text() + ".number");
      }
    }
    if (own) {
      actions.forEach(action -> names.add(OWN + "." + action));
      names.add(OWN + ".number");
    }
    names.add(FOLLOW);
    return new CountFeatures(names);
  }

  private static String rate(CountKey key, CountWindow window, String action) {
    return key.text() + "." + window.text() + "." + action;
  }

  /**
   * Returns the indices of the inputs that may change an action's probability: rates of this
   * action, and inputs that are not rates.
   */
  int[] inputsOf(int action) {
    List<Integer> places = new ArrayList<>();
    int place = 0;
    for (CountKey key : keys()) {
      int rates = key.isInput() ? windows(key).size() * actions.size() : 0;
      for (int i = 0; i < inputs(key); i++) {
        if (i >= rates || i % actions.size() == action) {
          places.add(place + i);
        }
      }
      place += inputs(key);
    }
    if (own) {
      places.add(place + action);
      places.add(place + actions.size());
      place += 1 + actions.size();
    }
    places.add(place);
    return places.stream().mapToInt(Integer::intValue).toArray();
  }
}
