package io.unipin.serving.admission;

import java.util.Locale;

/**
 * How urgent a call is, most urgent first. A less urgent call waits behind more urgent calls and is
 * refused earlier. With {@link Order#COST}, it waits behind them for a bounded time only.
 */
public enum Priority {
  /** Somebody waits for the answer. */
  LIVE(1),
  /** The call is a copy of a live call, for the shadow. Nobody sees the answer. */
  SHADOW(0.5),
  /** The work can be done at any time. */
  BATCH(0.25);

  private final double share;

  Priority(double share) {
    this.share = share;
  }

  /** Returns which share of the bounds for live calls this priority may use. */
  double share() {
    return share;
  }

  /** Returns the name of this priority in request headers and in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
