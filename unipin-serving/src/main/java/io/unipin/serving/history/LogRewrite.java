package io.unipin.serving.history;

/** Whether the files of a history store are rewritten, so that erased bytes leave the disk. */
public enum LogRewrite {
  /** The store keeps no files that need to be rewritten. */
  NONE,
  /** The rewriting has begun. */
  STARTED,
  /**
   * The rewriting will begin within seconds. It has not begun yet, because another rewriting is
   * running or the store did not answer.
   */
  QUEUED
}
