package io.unipin.serving.request;

import java.util.Locale;

/** The steps of a request, in order. The caller's deadline is checked before each step. */
public enum Stage {
  HISTORY,
  CACHE,
  ENCODE,
  QUERY,
  SEARCH,
  PRE_RANK,
  SCORE,
  RESPOND;

  /** Returns the stage's name in responses and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
