package io.unipin.model.features;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides which classes of a table are learned. For each class of an ordered table, also decides
 * which class replaces it. A learned class stands for itself. Any other class is replaced by the
 * nearest learned class. If two learned classes are equally near, the lower class is taken; in a
 * table of gaps this is the shorter gap.
 *
 * <p>A class is learned if enough users met it. If no class of a table has enough users, all
 * classes that any user met count as learned. If no user met any class, the first class replaces
 * all classes.
 *
 * <p>Two of the {@link GapBuckets} are not gaps. {@link GapBuckets#FIRST} stands only for itself.
 * {@link GapBuckets#UNKNOWN} replaces all gaps if enough users met it and no gap has enough users,
 * as in a log without times. It also replaces all gaps if no user met any gap.
 */
public final class StandIns {
  private final InputTable table;
  private final List<Long> users;
  private final int leastUsers;
  private final int firstOrdinary;

  public StandIns(InputTable table, ClassCounts counts) {
    this.table = table;
    this.users = counts.of(table).users();
    this.leastUsers = counts.leastUsers();
    this.firstOrdinary = table.order() == InputTable.Order.GAPS ? GapBuckets.UNKNOWN + 1 : 0;
  }

  /**
   * Returns the learned classes, ascending, without the two buckets that are not gaps. The array
   * may be empty.
   */
  public int[] learned() {
    if (ordinary(leastUsers).length == 0) {
      return unknownSuffices() ? new int[0] : ordinary(1);
    }
    return ordinary(leastUsers);
  }

  private int[] ordinary(long least) {
    return IntStream.range(firstOrdinary, users.size())
        .filter(i -> users.get(i) >= least)
        .toArray();
  }

  private boolean unknownSuffices() {
    return table.order() == InputTable.Order.GAPS && users.get(GapBuckets.UNKNOWN) >= leastUsers;
  }

  /**
   * Whether this is a table of gaps in which some gaps are learned, but {@link GapBuckets#UNKNOWN}
   * is not learned.
   */
  public boolean lacksUnknown() {
    boolean many = ordinary(leastUsers).length > 0;
    return table.order() == InputTable.Order.GAPS
        && learned().length > 0
        && users.get(GapBuckets.UNKNOWN) < (many ? leastUsers : 1);
  }

  /** Returns, for each class of an ordered table, the class that replaces it. */
  public int[] classes() {
    if (table.order() == InputTable.Order.NONE) {
      throw new IllegalArgumentException("an ordered table expected, got " + table.tensor());
    }
    int[] learned = learned();
    return IntStream.range(0, users.size())
        .map(i -> i < firstOrdinary ? i : nearest(i, learned))
        .toArray();
  }

  private int nearest(int wanted, int[] learned) {
    int best = Math.max(firstOrdinary - 1, 0);
    int distance = Integer.MAX_VALUE;
    for (int candidate : learned) {
      if (Math.abs(candidate - wanted) < distance) {
        best = candidate;
        distance = Math.abs(candidate - wanted);
      }
    }
    return best;
  }
}
