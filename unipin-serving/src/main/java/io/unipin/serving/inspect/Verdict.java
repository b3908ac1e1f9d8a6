package io.unipin.serving.inspect;

/**
 * The reason why an item is on a page or not. If the item is not on the page, the verdict names the
 * first step of the request that the item did not pass.
 */
public enum Verdict {
  UNKNOWN("The bundle does not know this item."),
  DELETED("The item is deleted: no page shows it."),
  EXCLUDED("The request excludes this item."),
  SEEN("The user's history holds this item, and seen items are not allowed."),
  SERVED_BEFORE("An earlier page of this feed showed this item."),
  NOT_RETRIEVED("The item is too far from the user's query: it is not among the candidates."),
  MISSED_BY_INDEX("The item is close enough, but the approximate search did not find it."),
  REMOVED_BY_PRE_RANKING(
      "The item was found, but pre-ranking removed it before candidates were scored."),
  NOT_SCORED("The item was found, but there was no time to score it."),
  REMOVED_BY_RULE("A slate rule kept the item off the page."),
  DISPLACED("Exploration drew another item for this item's place on the page."),
  EXPLORED("The item has few impressions, and exploration drew it for its place on the page."),
  BELOW_PAGE("The item was ranked below the end of the page."),
  ON_PAGE("The item is on the page.");

  private final String meaning;

  Verdict(String meaning) {
    this.meaning = meaning;
  }

  /** Returns a sentence that explains the verdict. */
  public String meaning() {
    return meaning;
  }
}
