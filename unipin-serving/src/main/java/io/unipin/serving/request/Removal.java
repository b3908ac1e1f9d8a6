package io.unipin.serving.request;

/**
 * An item that a slate rule removed from the page. By its utility alone, the item would be on the
 * page.
 *
 * @param place rank among the candidates; the best candidate has rank 1
 * @param rule rule that removed the item
 */
public record Removal(long item, int place, float utility, Rule rule) {
  /** A slate rule. Answers use its lower-case name. */
  public enum Rule {
    BLOCKED_ITEM,
    BLOCKED_AUTHOR,
    BLOCKED_CATEGORY,
    AUTHOR_CAP,
    CATEGORY_CAP,
    FRESHNESS_FLOOR,
    /** A draw put another item, which has few impressions, at the position of this item. */
    EXPLORATION
  }
}
