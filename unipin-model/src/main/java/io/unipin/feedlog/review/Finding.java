package io.unipin.feedlog.review;

/**
 * Something in a feed log that would stop a training or make its result worse.
 *
 * @param name short name of the kind of finding, such as {@code one-action-users}
 * @param weight how bad the finding is
 * @param count number of cases
 * @param what what was found, with numbers
 * @param example one case
 * @param advice what to do
 */
public record Finding(
    String name, Weight weight, long count, String what, String example, String advice) {
  /** How bad a finding is. */
  public enum Weight {
    /** A training cannot use these rows, or learns nothing. */
    REFUSE,
    /** A training works, but its model or its figures are worse than they could be. */
    REGRET,
    /** A fact that is worth knowing, but often no fault. */
    NOTE
  }
}
