package io.unipin.feedlog.split;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The rule by which a feed log is split into training, validation and test parts. */
public enum Protocol {
  /** Holds out the last actions of every user. */
  @JsonProperty("leave-last")
  LEAVE_LAST,
  /** Holds out all actions of all users from one instant on. */
  @JsonProperty("time-split")
  TIME_SPLIT
}
