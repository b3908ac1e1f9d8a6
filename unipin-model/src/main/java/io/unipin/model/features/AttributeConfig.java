package io.unipin.model.features;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * How a model reads items' attributes (tags, brands, words). A hash assigns each attribute to a row
 * of a table. This row is the attribute's bucket.
 *
 * @param buckets number of rows of the table; 0 for a model that reads no attributes
 * @param columns columns of the items table whose values are attributes; some of
 *     {@code attributes}, {@code category} and {@code author}
 */
public record AttributeConfig(int buckets, List<String> columns) {
  private static final String TAGS = "attributes";
  private static final String CATEGORY = "category";
  private static final String AUTHOR = "author";
  private static final char SEPARATOR = '\0';
  private static final int MOST_BUCKETS = 1 << 24;

  /** The columns that can be read as attributes. */
  public static final List<String> COLUMNS = List.of(TAGS, CATEGORY, AUTHOR);

  /** The configuration of a model that reads no attributes. */
  public static final AttributeConfig NONE = new AttributeConfig(0, List.of(TAGS));

  public AttributeConfig {
    columns = List.copyOf(columns);
    if (buckets < 0 || buckets > MOST_BUCKETS) {
      throw new IllegalArgumentException(
          "buckets: 0 to %s expected, got %s".formatted(MOST_BUCKETS, buckets));
    }
    if (columns.isEmpty()
        || !COLUMNS.containsAll(columns)
        || new HashSet<>(columns).size() < columns.size()) {
      throw new IllegalArgumentException(
          "columns: some of %s, each once, expected, got %s".formatted(COLUMNS, columns));
    }
  }

  /** Whether the model reads attributes. */
  public boolean reads() {
    return buckets > 0;
  }

  /**
   * Returns the distinct names of an item's attributes. A name consists of the column, NUL and the
   * value. A tag and a category with the same text are therefore two attributes. An empty category
   * or author does not count as an attribute.
   */
  public List<String> names(List<String> tags, String category, String author) {
    List<String> names = new ArrayList<>();
    for (String column : columns) {
      switch (column) {
        case CATEGORY -> add(names, CATEGORY, category);
        case AUTHOR -> add(names, AUTHOR, author);
        default -> tags.forEach(tag -> add(names, TAGS, tag));
      }
    }
    return names.stream().distinct().toList();
  }

  /** Returns the column of an attribute with a name of {@link #names}. */
  public static String column(String name) {
    return name.substring(0, name.indexOf(SEPARATOR));
  }

  private static void add(List<String> names, String column, String value) {
    if (!value.isEmpty()) {
      names.add(column + SEPARATOR + value);
    }
  }

  /**
   * Returns the buckets of an item's attributes in rising order, so that the order of the
   * attributes has no effect. Two attributes in one bucket count twice.
   */
  public int[] bucketsOf(List<String> tags, String category, String author) {
    int[] found =
        names(tags, category, author).stream().mapToInt(name -> bucket(name, buckets)).toArray();
    Arrays.sort(found);
    return found;
  }

  /*
   * Let h be the first 64 bits of MurmurHash3 x64 128 with seed 0 of the name's UTF-8 bytes, read
   * as an unsigned number. The bucket is the integer part of h * buckets / 2^64. Slots of
   * experiments are computed in the same way.
   */
  static int bucket(String name, int buckets) {
    long hash = MurmurHash3.hash128x64(name.getBytes(StandardCharsets.UTF_8))[0];
    return (int) (Math.multiplyHigh(hash, buckets) + ((hash >> 63) & buckets));
  }
}
