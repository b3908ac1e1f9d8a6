package io.unipin.feedlog;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The names for which a feed log's integers stand: action types, positive action types and
 * surfaces.
 *
 * <p>Bit c of a multi-hot stands for {@code actions.get(c)}. Surface index s stands for
 * {@code surfaces.get(s)}. Immutable.
 *
 * @param actions action types, 1 to {@link #MAX_ACTIONS}, in the order of their bits
 * @param positives action types that make an item a target of retrieval
 * @param surfaces names of the places where items are shown, at least one
 */
public record FeedSchema(List<String> actions, List<String> positives, List<String> surfaces) {
  /**
   * Largest number of action types. A multi-hot is one {@code long}, and two bits of it are
   * reserved for other purposes.
   */
  public static final int MAX_ACTIONS = Long.SIZE - 2;

  public FeedSchema {
    actions = names("actions", actions);
    positives = names("positives", positives);
    surfaces = names("surfaces", surfaces);
    if (actions.size() > MAX_ACTIONS) {
      throw new IllegalArgumentException(
          "at most " + MAX_ACTIONS + " actions expected, got " + actions.size());
    }
    for (String positive : positives) {
      if (!actions.contains(positive)) {
        throw new IllegalArgumentException(
            "positives must be among the actions " + actions + ", got '" + positive + "'");
      }
    }
  }

  private static List<String> names(String what, List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException(what + ": at least one name expected, got none");
    }
    for (String name : names) {
      if (name.isBlank()) {
        throw new IllegalArgumentException(what + ": a blank name");
      }
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException(what + ": a name stands twice in " + names);
    }
    return List.copyOf(names);
  }

  /** Returns the multi-hot of all positive actions. */
  public long positiveBits() {
    return bits(positives, actions);
  }

  /** Returns the multi-hot of some action types over all. Leaves out a type that {@code all} lacks. */
  public static long bits(List<String> some, List<String> all) {
    long bits = 0;
    for (String type : some) {
      int bit = all.indexOf(type);
      bits |= bit < 0 ? 0 : 1L << bit;
    }
    return bits;
  }

  /** Returns the names of the action types in a multi-hot, in the order of their bits. */
  public List<String> actionNames(long bits) {
    return IntStream.range(0, actions.size())
        .filter(c -> (bits >>> c & 1) == 1)
        .mapToObj(actions::get)
        .toList();
  }
}
