package io.unipin.feedlog.split;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The rule by which a feed log is divided into training, validation and test splits. */
public enum Protocol {
  /** Holds out the last actions of every user. */
  @JsonProperty("leave-last")
  LEAVE_LAST,
  /** Holds out all actions of all users from one instant on. */
  @JsonProperty("time-split")
  TIME_SPLIT
}
