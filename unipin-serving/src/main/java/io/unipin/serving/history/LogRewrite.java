package io.unipin.serving.history;

/** Whether the files of a history store are written anew, so that erased bytes leave the disk. */
public enum LogRewrite {
  /** The store keeps no file that needs this. */
  NONE,
  /** It has begun. */
  STARTED,
  /** It begins within seconds, since another one runs or the store did not answer. */
  QUEUED
}
