package io.unipin.model.features;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The program's tables with one row per class of a categorical input. All rows that a request reads
 * are rows of these tables or of the item table.
 */
public enum InputTable {
  /** Actions of a history token. The table has one row per action type. */
  TOKEN_ACTION(Order.NONE),
  /** Surface of a history token's action, or of a candidate. */
  TOKEN_SURFACE(Order.NONE),
  /** Time from one action of the history to the next. */
  TOKEN_GAP(Order.GAPS),
  /** Time from the last action to the request that shows a candidate. */
  CANDIDATE_GAP(Order.GAPS),
  /** Position of a candidate on the page. */
  CANDIDATE_POSITION(Order.ASCENDING),
  /** Outcome for which a query asks. The table has one row per action type. */
  QUERY_ACTION(Order.NONE),
  /** Surface on which the items that a query finds will be shown. */
  QUERY_SURFACE(Order.NONE),
  /** Time from the last action to the query's request. */
  QUERY_GAP(Order.GAPS),
  /** Distance from the last action to the positive action for which a query looks. */
  QUERY_OFFSET(Order.ASCENDING);

  /** Order of a table's classes. */
  public enum Order {
    /** Classes are names without an order. */
    NONE,
    /** Classes are numbers from 0. */
    ASCENDING,
    /**
     * Classes are {@link GapBuckets}: first two classes that are not gaps, then gaps in rising
     * order.
     */
    GAPS
  }

  private final Order order;

  InputTable(Order order) {
    this.order = order;
  }

  public Order order() {
    return order;
  }

  /** Returns the name of the tensor, such as {@code token_gap}. */
  public String tensor() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the number of classes in a model. */
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
