package io.unipin.serving.experiment;

/**
 * A user's place in one experiment.
 *
 * @param layer empty for the holdout
 * @param overridden by name, not by chance
 */
public record Assignment(String layer, String experiment, String arm, boolean overridden) {
  /** As in the response and in logs. */
  public String label() {
    return experiment + "=" + arm;
  }
}
