package io.unipin.serving.history;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Copies all histories, the marks of erasures and the secret from one store to another.
 *
 * <p>The copy reads the marks first, and again at the end. So a user who is erased meanwhile is not
 * revived. Actions that are recorded meanwhile may be missing from the copy.
 */
public final class HistoryCopy {
  /**
   * The numbers of histories and marks that were copied or left out.
   *
   * @param users copied histories
   * @param erased histories that were left out or removed, because their users were erased
   * @param marks copied marks of erasures
   */
  public record Report(long users, long erased, long marks) {}

  private final HistoryArchive from;
  private final HistoryArchive to;

  private HistoryCopy(HistoryArchive from, HistoryArchive to) {
    this.from = from;
    this.to = to;
  }

  /** Copies a store to an empty store. */
  public static Report copy(HistoryStore from, HistoryStore to, LongConsumer progress) {
    if (!to.archive().isEmpty()) {
      throw new IllegalStateException("a history store without users expected, got one with some");
    }
    return copy(from, to, key -> false, progress);
  }

  /**
   * Copies a store to another store, which need not be empty.
   *
   * @param erased tells from a record's key whether its user was erased after the record was made
   * @param progress receives the number of histories that were copied so far
   */
  public static Report copy(
      HistoryStore from, HistoryStore to, Predicate<byte[]> erased, LongConsumer progress) {
    return new HistoryCopy(from.archive(), to.archive()).run(erased, progress);
  }

  private Report run(Predicate<byte[]> erased, LongConsumer progress) {
    to.forgetErasurePoints();
    to.adopt(from.secret());
    List<ErasureMark> marks = from.marks();
    marks.forEach(to::mark);
    long[] counts = new long[2];
    from.forEach(
        (key, record) -> {
          if (erased.test(key)) {
            counts[1]++;
          } else {
            to.replace(key, record);
            progress.accept(++counts[0]);
          }
        });
    Set<ErasureMark> meanwhile = new HashSet<>(from.marks());
    marks.forEach(meanwhile::remove);
    meanwhile.forEach(to::mark);
    long removed = remove(meanwhile);
    return new Report(counts[0] - removed, counts[1] + removed, marks.size() + meanwhile.size());
  }

  /** Removes the copied histories of users who were erased while the copy ran. */
  private long remove(Set<ErasureMark> marks) {
    if (marks.isEmpty()) {
      return 0;
    }
    return to.forgetAll(Erasures.of(from.secret(), List.copyOf(marks))::cover);
  }
}
