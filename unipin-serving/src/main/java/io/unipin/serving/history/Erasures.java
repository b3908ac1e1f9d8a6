package io.unipin.serving.history;

import io.unipin.serving.security.MacKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells whether a user was erased, according to marks of erasures. Marks that were made with
 * different secrets can be joined. Immutable.
 */
public final class Erasures {
  /** No erasures. */
  public static final Erasures NONE = new Erasures(List.of());

  private final List<Marks> all;

  private record Marks(MacKeys keys, Set<String> hashes) {}

  private Erasures(List<Marks> all) {
    this.all = all;
  }

  /** Creates erasures from the marks of the store that has this secret. */
  public static Erasures of(byte[] secret, List<ErasureMark> marks) {
    Set<String> hashes = new HashSet<>();
    marks.forEach(mark -> hashes.add(mark.text()));
    return new Erasures(List.of(new Marks(ErasureMark.keys(secret), Set.copyOf(hashes))));
  }

  /** Creates erasures from those marks of a store whose time is at or after the given time. */
  public static Erasures since(byte[] secret, List<ErasureMark> marks, long timeMs) {
    return of(secret, marks.stream().filter(mark -> mark.timeMs() >= timeMs).toList());
  }

  /** Returns the union of these erasures and others. */
  public Erasures and(Erasures others) {
    List<Marks> joined = new ArrayList<>(all);
    joined.addAll(others.all);
    return new Erasures(List.copyOf(joined));
  }

  /**
   * Whether a user was erased.
   *
   * @param key key of the user's record, from {@link HistoryKeys#user}
   */
  public boolean cover(byte[] key) {
    for (Marks marks : all) {
      if (!marks.hashes().isEmpty()
          && marks.hashes().contains(new ErasureMark(marks.keys().sign(key), 0).text())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a user was erased. */
  public boolean coverUser(String user) {
    return cover(HistoryKeys.user(user));
  }
}
