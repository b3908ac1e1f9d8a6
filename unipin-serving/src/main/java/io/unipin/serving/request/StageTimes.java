package io.unipin.serving.request;

/** Takes the times of stages that have ended. */
public interface StageTimes {
  /**
   * Takes a finished run of a stage.
   *
   * @param size size of its work, in a unit of the stage
   * @param nanos how long it took
   * @param now when it ended, in nanoseconds of the request's clock
   */
  void took(Stage stage, long size, long nanos, long now);
}
