package io.unipin.model;

/** Strategy that decides in which threads a serving model's calls run. */
public enum Executor {
  /**
   * Runs each call in its caller's thread. Suits a CPU: as many requests run at the same time as
   * there are cores, and each uses one engine thread.
   */
  WORKER,
  /**
   * Runs calls of several users as one, in threads of its own. Suits devices that are fast only for
   * large calls, such as GPUs. Needs more worker threads than a batch has users. The results equal
   * the results of {@link #WORKER} to float tolerance ({@code RaggedEqualsSingleTest}).
   */
  BATCH
}
