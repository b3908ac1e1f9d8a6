package io.unipin.model.features;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Numbers that say how often one epoch of training met each class of every {@link InputTable}. The
 * file {@code classes.json} in a model's folder stores the counts. Immutable.
 *
 * @param leastUsers number of users that must meet a class for it to count as learned; 0 makes all
 *     classes count as learned
 * @param tables counts of every table, by the name of its tensor
 */
public record ClassCounts(int leastUsers, Map<String, Met> tables) {
  /** Name of the file in a model's folder. */
  public static final String FILE = "classes.json";

  private static final ModelJson<ClassCounts> STORED =
      new ModelJson<>(FILE, 1 << 20, ClassCounts.class);

  /**
   * Counts of a table's classes, in the order of the classes.
   *
   * @param examples for each class, number of tokens, candidates or queries with this class
   * @param users for each class, number of users to whom these examples belong
   */
  public record Met(List<Long> examples, List<Long> users) {
    public Met {
      examples = List.copyOf(examples);
      users = List.copyOf(users);
      if (examples.size() != users.size()) {
        throw new IllegalArgumentException(
            "examples and users of as many classes expected, got %s and %s"
                .formatted(examples.size(), users.size()));
      }
      for (int i = 0; i < users.size(); i++) {
        if (users.get(i) < 0 || users.get(i) > examples.get(i)) {
          throw new IllegalArgumentException(
              "users from 0 to the %s examples of class %s expected, got %s"
                  .formatted(examples.get(i), i, users.get(i)));
        }
      }
    }

    private Met orEarlier(Met earlier) {
      return new Met(larger(examples, earlier.examples), larger(users, earlier.users));
    }

    /**
     * Returns the larger of two numbers for each class. An earlier model may have fewer classes.
     */
    private static List<Long> larger(List<Long> now, List<Long> earlier) {
      Long[] largest = now.toArray(Long[]::new);
      for (int i = 0; i < Math.min(largest.length, earlier.size()); i++) {
        largest[i] = Math.max(largest[i], earlier.get(i));
      }
      return Arrays.asList(largest);
    }
  }

  public ClassCounts {
    if (leastUsers < 0) {
      throw new IllegalArgumentException("leastUsers: 0 or more expected, got " + leastUsers);
    }
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
    for (InputTable table : InputTable.values()) {
      if (tables.get(table.tensor()) == null) {
        throw new IllegalArgumentException("tables: one named " + table.tensor() + " expected");
      }
    }
    for (String name : tables.keySet()) {
      if (InputTable.of(name).isEmpty()) {
        throw new IllegalArgumentException("tables: no table is named " + name);
      }
    }
  }

  /** Returns the counts of a table's classes. */
  public Met of(InputTable table) {
    Met met = tables.get(table.tensor());
    if (met == null) {
      throw new IllegalStateException("no table " + table);
    }
    return met;
  }

  /**
   * Combines these counts with the counts of the earlier model. The training started with the
   * weights of that model. Each class keeps the larger of its two counts, because the later log may
   * contain the earlier log.
   */
  public ClassCounts orEarlier(ClassCounts earlier) {
    Map<String, Met> both = new TreeMap<>();
    for (InputTable table : InputTable.values()) {
      both.put(table.tensor(), of(table).orEarlier(earlier.of(table)));
    }
    return new ClassCounts(leastUsers, both);
  }

  /**
   * Returns, for each class of an ordered table, the class whose row a serving model uses for it.
   * For a learned class this is the class itself.
   *
   * @throws IllegalArgumentException if the table has no order
   */
  public int[] standIns(InputTable table) {
    return new StandIns(table, this).classes();
  }

  public void requireFits(ModelConfig config) {
    for (InputTable table : InputTable.values()) {
      int classes = table.classes(config);
      if (of(table).users().size() != classes) {
        throw new ModelException(
            "%s: %s classes of %s expected, got %s"
                .formatted(FILE, classes, table.tensor(), of(table).users().size()));
      }
    }
  }

  /** Writes these counts into a model's folder. */
  public void write(Path directory) {
    STORED.write(directory, this);
  }

  /**
   * Returns the counts in a model's folder; empty if the folder has no counts.
   *
   * @throws ModelException when the file is broken
   */
  public static Optional<ClassCounts> read(Path directory) {
    return STORED.read(directory);
  }
}
