package io.unipin.serving.admission;

/** The order in which waiting calls run. */
public enum Order {
  /** By priority, and calls of one priority in the order of their arrival. */
  ARRIVAL,
  /**
   * By expected cost and age: a call runs before costlier calls that arrived a little earlier, as
   * long as this makes no call miss its deadline. See {@link CostQueue}.
   */
  COST
}
