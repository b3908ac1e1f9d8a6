package io.unipin.model.features;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Which classes of a table are learned, and which class of an ordered one stands for each: itself
 * where it is learned, else the nearest that is. Equally near: the lower class, which is the
 * shorter gap.
 *
 * <p>Learned is a class that enough users met. Where no class of a table has so many, those that
 * were met at all are the learned ones; where none was met, the first one stands for all.
 *
 * <p>Two of the {@link GapBuckets} are no gaps. {@link GapBuckets#FIRST} stands for itself alone.
 * {@link GapBuckets#UNKNOWN} stands for all gaps where it is learned and no gap is, as in a log
 * without times.
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

  /** The learned ones of the classes that are no special ones of gaps, ascending; perhaps none. */
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

  /** Whether this is a table of gaps that taught some of them, and too little of an unknown one. */
  public boolean lacksUnknown() {
    boolean many = ordinary(leastUsers).length > 0;
    return table.order() == InputTable.Order.GAPS
        && learned().length > 0
        && users.get(GapBuckets.UNKNOWN) < (many ? leastUsers : 1);
  }

  /** The class that stands for each of an ordered table. */
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
