package io.unipin.feedlog.split;

/** The purpose of an action or a feedview of a log. */
public enum Part {
  TRAIN,
  VALIDATION,
  TEST
}
