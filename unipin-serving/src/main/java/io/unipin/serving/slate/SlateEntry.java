package io.unipin.serving.slate;

import io.unipin.serving.request.RankedItem;

/**
 * A ranked candidate with the attributes that the rules use. Candidates are equal if they have the
 * same rank.
 *
 * @param place rank among the candidates; the best candidate has rank 1
 * @param young whether the item is young enough to be explored
 */
record SlateEntry(
    RankedItem item,
    int place,
    String author,
    String category,
    boolean fresh,
    boolean young,
    boolean blocked) {
  @Override
  public boolean equals(Object other) {
    return other instanceof SlateEntry entry && entry.place == place;
  }

  @Override
  public int hashCode() {
    return place;
  }
}
