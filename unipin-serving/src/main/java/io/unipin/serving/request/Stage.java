package io.unipin.serving.request;

import java.util.Locale;

/** The steps of a request, in order; the caller's deadline is looked at before each. */
public enum Stage {
  HISTORY,
  CACHE,
  ENCODE,
  QUERY,
  SEARCH,
  SCORE,
  RESPOND;

  /** As in responses and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
