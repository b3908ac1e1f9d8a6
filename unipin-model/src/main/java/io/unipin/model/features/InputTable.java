package io.unipin.model.features;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The tables of the program that hold a row for each class of a categorical input. What a request
 * reads of them beside item rows is a row of one of these.
 */
public enum InputTable {
  /** What a history token says was done; a row for each action. */
  TOKEN_ACTION(Order.NONE),
  /** Where a history token's action happened, or a candidate is shown. */
  TOKEN_SURFACE(Order.NONE),
  /** Time from one action of the history to the next. */
  TOKEN_GAP(Order.GAPS),
  /** Time from the last action to the request that shows a candidate. */
  CANDIDATE_GAP(Order.GAPS),
  /** Place of a candidate on the page. */
  CANDIDATE_POSITION(Order.ASCENDING),
  /** What a query asks for; a row for each action. */
  QUERY_ACTION(Order.NONE),
  /** Where what a query finds will be shown. */
  QUERY_SURFACE(Order.NONE),
  /** Time from the last action to the request that a query serves. */
  QUERY_GAP(Order.GAPS),
  /** How far ahead a query looks. */
  QUERY_OFFSET(Order.ASCENDING);

  /** How the classes of a table lie to each other. */
  public enum Order {
    /** Names: none is nearer to one than another. */
    NONE,
    /** Numbers from 0. */
    ASCENDING,
    /** {@link GapBuckets}: two that stand for no gap, then numbers. */
    GAPS
  }

  private final Order order;

  InputTable(Order order) {
    this.order = order;
  }

  public Order order() {
    return order;
  }

  /** Name of the tensor, such as {@code token_gap}. */
  public String tensor() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Number of classes in a model. */
  public int classes(ModelConfig config) {
    return switch (this) {
      case TOKEN_ACTION, QUERY_ACTION -> config.actions().size();
      case TOKEN_SURFACE, QUERY_SURFACE -> config.surfaces().size();
      case TOKEN_GAP, CANDIDATE_GAP, QUERY_GAP -> GapBuckets.COUNT;
      case CANDIDATE_POSITION -> PagePositions.COUNT;
      case QUERY_OFFSET -> TargetOffsets.COUNT;
    };
  }

  static Optional<InputTable> of(String tensor) {
    return Arrays.stream(values()).filter(table -> table.tensor().equals(tensor)).findFirst();
  }
}
