package io.unipin.serving.admission;

import java.util.Locale;

/** Whose work goes first, the most urgent first. A less urgent call waits behind the others and is refused earlier. */
public enum Priority {
  /** Somebody waits for the answer. */
  LIVE(1),
  /** A copy of live traffic, of which nobody sees the answer. */
  SHADOW(0.5),
  /** Work that can be done at any time. */
  BATCH(0.25);

  private final double share;

  Priority(double share) {
    this.share = share;
  }

  /** The part of the bounds of live calls that calls of this priority may take. */
  double share() {
    return share;
  }

  /** As in the request's header and in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
