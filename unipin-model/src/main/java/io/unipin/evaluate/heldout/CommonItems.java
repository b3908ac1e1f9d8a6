package io.unipin.evaluate.heldout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The items that two models have, so that models with different items can be compared. Items are
 * matched by their ids.
 *
 * <p>{@link #of} returns the log as though the other items did not exist: no history and no page
 * has them, retrieval does not rank them, and a user whose target is such an item has no target. So
 * both models get the same histories, and seek the same targets among the same items. Immutable.
 */
public final class CommonItems {
  private final FeedLog log;
  private final Holdout holdout;
  private final Catalogue other;
  private final BitSet common = new BitSet();
  private final BitSet untargeted = new BitSet();
  private final int targets;

  /**
   * Finds the common items.
   *
   * @param log log with the items of the first model
   * @param other items of the second model
   * @throws IllegalArgumentException if no target of the log's test part is a common item
   */
  public CommonItems(FeedLog log, Holdout holdout, Catalogue other) {
    this.log = log;
    this.holdout = holdout;
    this.other = other;
    Catalogue own = log.catalogue();
    IntStream.range(0, own.size())
        .filter(row -> other.row(own.id(row)) != Catalogue.UNKNOWN)
        .forEach(common::set);
    if (common.isEmpty()) {
      throw new IllegalArgumentException(
          "items that both bundles have expected, got none (one has %s items, the other %s)"
              .formatted(own.size(), other.size()));
    }
    int found = 0;
    for (int user = 0; user < log.users(); user++) {
      int action = RetrievalTarget.find(log, holdout, user, Part.TEST);
      if (action >= 0) {
        found++;
        untargeted.set(user, !common.get(log.actionItems()[log.actionStart(user) + action]));
      }
    }
    this.targets = found;
    if (untargeted.cardinality() == found) {
      throw new IllegalArgumentException(
          "a target among the %s items that both bundles have expected, got none in %s targets"
              .formatted(common.cardinality(), found));
    }
  }

  /** Whether both models have the same items. */
  public boolean areAll() {
    return common.cardinality() == log.catalogue().size() && common.cardinality() == other.size();
  }

  /** Returns the log of the first model, with the common items alone. */
  public HeldOutLog own() {
    return of(log.catalogue());
  }

  /** Returns the log of the second model, with the common items alone. */
  public HeldOutLog others() {
    return of(other);
  }

  private HeldOutLog of(Catalogue catalogue) {
    int[] rows = new int[log.catalogue().size()];
    Arrays.fill(rows, Catalogue.UNKNOWN);
    BitSet unranked = new BitSet();
    unranked.set(0, catalogue.size());
    common.stream()
        .forEach(
            row -> {
              rows[row] = catalogue.row(log.catalogue().id(row));
              unranked.clear(rows[row]);
            });
    FeedLog cut = log.withCatalogue(catalogue, rows);
    return new HeldOutLog(
        cut,
        holdout.keeping(cut, action -> common.get(log.actionItems()[action])),
        unranked.stream().toArray(),
        untargeted);
  }

  /** Returns a line of text with the numbers of items and of targets. */
  public String toText() {
    return "Compared over the %s items that both have (%s items only in the first, %s only in the second); %s of %s targets left out."
        .formatted(
            common.cardinality(),
            alone(log.catalogue()),
            alone(other),
            untargeted.cardinality(),
            targets);
  }

  /** Returns the same numbers as JSON. */
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("common", common.cardinality())
        .put("alone", alone(log.catalogue()))
        .put("alone_against", alone(other))
        .put("targets", targets)
        .put("targets_left_out", untargeted.cardinality());
  }

  private int alone(Catalogue catalogue) {
    return catalogue.size() - common.cardinality();
  }
}
