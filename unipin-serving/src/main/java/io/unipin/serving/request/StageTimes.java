package io.unipin.serving.request;

/** Takes the times of stages that have ended. */
public interface StageTimes {
  /**
   * Takes a finished run of a stage.
   *
   * @param size size of the run's work, in a unit of the stage
   * @param nanos duration of the run in nanoseconds
   * @param now end of the run, in nanoseconds of the request's clock
   */
  void took(Stage stage, long size, long nanos, long now);
}
