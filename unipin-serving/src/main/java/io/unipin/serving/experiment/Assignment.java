package io.unipin.serving.experiment;

/**
 * A user's arm in one experiment.
 *
 * @param layer layer of the experiment; empty for the holdout
 * @param overridden whether the configuration assigned the arm by user id and not by hash
 */
public record Assignment(String layer, String experiment, String arm, boolean overridden) {
  /** Returns the assignment as text for responses and logs. */
  public String label() {
    return experiment + "=" + arm;
  }
}
