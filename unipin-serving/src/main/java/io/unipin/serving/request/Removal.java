package io.unipin.serving.request;

/**
 * An item that a slate rule kept off a page on which its utility would have put it.
 *
 * @param place among the ranked candidates, from 1
 * @param rule that removed it
 */
public record Removal(long item, int place, float utility, Rule rule) {
  /** A rule, named in answers by its lower-case name. */
  public enum Rule {
    BLOCKED_ITEM,
    BLOCKED_AUTHOR,
    BLOCKED_CATEGORY,
    AUTHOR_CAP,
    CATEGORY_CAP,
    FRESHNESS_FLOOR
  }
}
