package io.unipin.feedlog.split;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Items of a catalogue that no training may see, so that they are new in an evaluation.
 *
 * <p>The items that occur in the training split are sorted by their occurrences and cut into three
 * bands of equal size. In each band the items with the smallest hashes of their ids are withheld.
 * Equal shares of popular and of rare items are therefore withheld. The order of the catalogue does
 * not matter. Immutable.
 */
public final class Withheld {
  /** Largest share of a band that can be withheld. */
  public static final double MOST = 0.5;

  private static final Withheld NONE = new Withheld(new BitSet());
  private static final int BANDS = 3;

  private final BitSet rows;

  private Withheld(BitSet rows) {
    this.rows = rows;
  }

  /** Returns a set without items. */
  public static Withheld none() {
    return NONE;
  }

  /**
   * Chooses the items to withhold.
   *
   * @param share share of each band, from 0 to {@link #MOST}
   * @param seed another seed chooses other items
   */
  static Withheld of(FeedLog log, Holdout holdout, double share, long seed) {
    if (!(share >= 0 && share <= MOST)) {
      throw new IllegalArgumentException(
          "a share from 0 to %s expected, got %s".formatted(MOST, share));
    }
    Catalogue catalogue = log.catalogue();
    TrainingCounts counts = TrainingCounts.of(log, holdout);
    List<Integer> known = new ArrayList<>();
    for (int item = 0; item < catalogue.size(); item++) {
      if (counts.occurrences(item) > 0) {
        known.add(item);
      }
    }
    known.sort(
        Comparator.<Integer>comparingLong(counts::occurrences).thenComparingLong(catalogue::id));
    BitSet rows = new BitSet();
    for (int band = 0; band < BANDS; band++) {
      List<Integer> items = known.subList(cut(known, band), cut(known, band + 1));
      items.stream()
          .sorted(
              Comparator.<Integer>comparingLong(item -> hash(seed, catalogue.id(item)))
                  .thenComparingLong(catalogue::id))
          .limit(Math.round(share * items.size()))
          .forEach(rows::set);
    }
    return new Withheld(rows);
  }

  private static int cut(List<Integer> known, int band) {
    return (int) ((long) known.size() * band / BANDS);
  }

  /** Returns a hash of an id for a seed (SplitMix64's finaliser). */
  private static long hash(long seed, long id) {
    long z = seed * 0x9E3779B97F4A7C15L + id + 0x632BE59BD9B4E019L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Whether the item at a catalogue row is withheld. */
  public boolean contains(int item) {
    return rows.get(item);
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Returns the number of withheld items. */
  public int size() {
    return rows.cardinality();
  }

  /** Returns a copy of the catalogue rows of the withheld items. */
  public BitSet rows() {
    return (BitSet) rows.clone();
  }
}
