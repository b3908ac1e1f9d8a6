package io.unipin.model;

/** Where a serving model's calls run. */
public enum Executor {
  /** Each in the thread that makes it. On a processor: as many requests at once as cores, one engine thread each. */
  WORKER,
  /**
   * In one thread, several users' calls at once, padded to equal sizes: for devices that want large calls, such as GPUs. Needs more
   * workers than a batch has users. Results equal {@link #WORKER}'s to float tolerance ({@code BatchEqualsSingleTest}).
   */
  BATCH
}
