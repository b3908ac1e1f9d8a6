package io.unipin.model;

/** Strategy that decides in which threads a serving model's calls run. */
public enum Executor {
  /**
   * Runs each call in its caller's thread. On a CPU: one request per core, with one engine thread
   * each.
   */
  WORKER,
  /**
   * Runs several users' calls at once in one thread, padded to equal sizes. Suits devices that want
   * large calls, such as GPUs. Needs more worker threads than a batch has users. Results equal
   * those of {@link #WORKER} to float tolerance ({@code BatchEqualsSingleTest}).
   */
  BATCH
}
