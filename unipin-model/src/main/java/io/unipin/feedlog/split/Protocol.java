package io.unipin.feedlog.split;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a feed log is cut into what trains, validates and tests. */
public enum Protocol {
  /** The last actions of every user are kept back. */
  @JsonProperty("leave-last")
  LEAVE_LAST,
  /** All actions from one instant on are kept back, whoever's they are. */
  @JsonProperty("time-split")
  TIME_SPLIT
}
