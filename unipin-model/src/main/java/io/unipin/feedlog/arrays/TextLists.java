package io.unipin.feedlog.arrays;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A list of texts for each row, stored as compressed sparse rows. Each distinct text is stored once
 * and has a number. Each row stores the numbers of its texts.
 *
 * <p>A row takes 4 bytes, and 4 more bytes for each of its texts. If no row has a text, the rows
 * take no memory. Immutable.
 */
public final class TextLists {
  private final String[] texts;
  private final int[] numbers;

  /** (rows + 1) the start of each row in {@link #numbers}; empty when no row has a text. */
  private final int[] starts;

  private TextLists(String[] texts, int[] numbers, int[] starts) {
    this.texts = texts;
    this.numbers = numbers;
    this.starts = starts;
  }

  /**
   * Creates the lists.
   *
   * @param lists returns the texts of a row
   * @throws ArithmeticException when the rows together have more texts than an array can hold
   */
  public static TextLists of(int rows, IntFunction<List<String>> lists) {
    Map<String, Integer> known = new LinkedHashMap<>();
    int[] starts = new int[rows + 1];
    IntArray numbers = new IntArray();
    for (int row = 0; row < rows; row++) {
      for (String text : lists.apply(row)) {
        Integer number = known.putIfAbsent(text, known.size());
        numbers.add(number == null ? known.size() - 1 : number);
      }
      starts[row + 1] = numbers.size();
    }
    boolean empty = numbers.size() == 0;
    return new TextLists(
        known.keySet().toArray(String[]::new), numbers.toArray(), empty ? new int[0] : starts);
  }

  /** Returns the texts of a row, in the order in which they were given. */
  public List<String> row(int row) {
    if (starts.length == 0) {
      return List.of();
    }
    List<String> own = new ArrayList<>(starts[row + 1] - starts[row]);
    for (int i = starts[row]; i < starts[row + 1]; i++) {
      own.add(texts[numbers[i]]);
    }
    return List.copyOf(own);
  }

  /** Whether no row has a text. */
  public boolean isEmpty() {
    return starts.length == 0;
  }

  /** Returns the number of distinct texts. */
  public int distinct() {
    return texts.length;
  }
}
