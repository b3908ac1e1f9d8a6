package io.unipin.serving.history;

import java.util.List;

/**
 * A user's history as a page request reads it.
 *
 * @param degradations names of the ways in which the history may be wrong, such as {@link #STALE};
 *     empty for the current history
 */
public record HistoryView(UserHistory history, List<String> degradations) {
  /** The store was unavailable. The history is the last one that this server has read. */
  public static final String STALE = "stale_history";

  /**
   * The store was unavailable, and this server held no history of the user. The history is empty.
   */
  public static final String MISSING = "missing_history";

  /** The names of all degradations of a history. */
  public static final List<String> DEGRADATIONS = List.of(STALE, MISSING);

  public HistoryView {
    degradations = List.copyOf(degradations);
  }

  /** Creates a view of the current history. */
  public static HistoryView present(UserHistory history) {
    return new HistoryView(history, List.of());
  }

  /** Creates a view of a history that may be out of date. */
  public static HistoryView stale(UserHistory history) {
    return new HistoryView(history, List.of(STALE));
  }

  /** Creates a view without a history. */
  public static HistoryView missing() {
    return new HistoryView(UserHistory.EMPTY, List.of(MISSING));
  }
}
