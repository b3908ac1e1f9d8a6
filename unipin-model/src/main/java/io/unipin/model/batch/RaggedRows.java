package io.unipin.model.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The integers of one call for several users, in the order that the program's file {@code
 * ragged.py} states. The rows of all users form one sequence, user by user, without padding.
 *
 * @param ints five numbers per row, four numbers per user, and three further numbers
 * @param users number of users
 * @param rows number of rows of all users
 * @param mostNew largest number of rows of one user
 * @param mostUsed largest number of rows of a history
 */
public record RaggedRows(long[] ints, int users, int rows, int mostNew, int mostUsed) {

  /**
   * The rows of one user, which are new actions or candidates. All arrays have one number per row.
   *
   * @param items rows of the item table
   * @param positions positions in the history, or on the page
   * @param block the user's block
   */
  public record Part(
      long[] items, long[] surfaces, long[] gaps, long[] positions, BlockPlace block) {}

  /**
   * A user's block.
   *
   * @param used number of the block's rows to which the user's rows attend, including new rows
   * @param start row of the pool at which the block begins; 0 without a pool
   * @param capacity number of rows for which the block has room
   */
  public record BlockPlace(int used, long start, int capacity) {}

  /** Cuts the results of all users into one part per user, with these lengths. */
  public static List<float[]> cut(float[] values, List<Integer> lengths) {
    List<float[]> each = new ArrayList<>();
    int from = 0;
    for (int length : lengths) {
      each.add(Arrays.copyOfRange(values, from, from + length));
      from += length;
    }
    return each;
  }

  /** Lays out the rows of users. */
  public static RaggedRows of(List<Part> parts) {
    int users = parts.size();
    int rows = parts.stream().mapToInt(part -> part.items().length).sum();
    long[] ints = new long[5 * rows + 4 * users + 3];
    int ends = 5 * rows;
    int used = ends + users + 1;
    int starts = used + users;
    int capacities = starts + users + 1;
    int at = 0;
    int mostNew = 0;
    int mostUsed = 0;
    for (int b = 0; b < users; b++) {
      Part part = parts.get(b);
      int count = part.items().length;
      System.arraycopy(part.items(), 0, ints, at, count);
      System.arraycopy(part.surfaces(), 0, ints, rows + at, count);
      System.arraycopy(part.gaps(), 0, ints, 2 * rows + at, count);
      System.arraycopy(part.positions(), 0, ints, 3 * rows + at, count);
      Arrays.fill(ints, 4 * rows + at, 4 * rows + at + count, b);
      at += count;
      ints[ends + b + 1] = at;
      ints[used + b] = part.block().used();
      ints[starts + b] = part.block().start();
      ints[capacities + b] = part.block().capacity();
      mostNew = Math.max(mostNew, count);
      mostUsed = Math.max(mostUsed, part.block().used());
    }
    return new RaggedRows(ints, users, rows, mostNew, mostUsed);
  }
}
