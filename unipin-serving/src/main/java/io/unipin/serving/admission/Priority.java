package io.unipin.serving.admission;

import java.util.Locale;

/**
 * The order in which calls run, most urgent first. A less urgent call waits behind the others and
 * is refused earlier.
 */
public enum Priority {
  /** Somebody waits for the answer. */
  LIVE(1),
  /** A copy of live traffic, for the shadow. Nobody sees the answer. */
  SHADOW(0.5),
  /** Work that can be done at any time. */
  BATCH(0.25);

  private final double share;

  Priority(double share) {
    this.share = share;
  }

  /** Returns the share of the bounds of live calls that this priority may use. */
  double share() {
    return share;
  }

  /** Returns the name in the request's header and in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
