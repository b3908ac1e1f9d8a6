package io.unipin.feedlog.review;

/**
 * Something in a feed log that a training would refuse or regret.
 *
 * @param name short name of the kind of finding, such as {@code one-action-users}
 * @param weight how bad it is
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
    /** A training works, and its model or its figures are worse than they could be. */
    REGRET,
    /** Worth knowing, and often right as it is. */
    NOTE
  }
}
