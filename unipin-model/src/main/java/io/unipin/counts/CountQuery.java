package io.unipin.counts;

/**
 * What the counts know of a request. {@link CountTables#query} makes it from a user's history.
 *
 * @param surface index of the surface
 * @param segment the category that is the most frequent one among the user's last positive items;
 *     {@link #NONE} if these items have no category
 * @param lastPositives catalogue rows of the user's last positive items, newest first; {@link #NONE}
 *     for an item that the tables do not know. The first {@link #POSITIVES} of them are used. Owned
 *     by this record.
 * @param own (1 + actions) number of the user's own actions that are counted, then how many of them
 *     have each action type, see {@link OwnActions}; empty if they are not known. Owned by this
 *     record.
 */
public record CountQuery(int surface, int segment, int[] lastPositives, int[] own) {
  /** Stands for an unknown item and for no segment. */
  public static final int NONE = -1;

  /** Number of positive items whose followers are sought. */
  public static final int POSITIVES = 3;

  /** Number of positive items among which the segment is the most frequent category. */
  public static final int SEGMENT_POSITIVES = 50;

  /** Creates a query of a user whose own actions are not known. */
  public CountQuery(int surface, int segment, int[] lastPositives) {
    this(surface, segment, lastPositives, new int[0]);
  }
}
