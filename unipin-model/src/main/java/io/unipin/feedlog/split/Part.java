package io.unipin.feedlog.split;

/** What an action or a feedview of a log is used for. */
public enum Part {
  TRAIN,
  VALIDATION,
  TEST
}
