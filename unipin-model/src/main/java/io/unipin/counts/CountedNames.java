package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import java.util.List;

/**
 * Translates items, actions and surfaces of a feed log into those of a model. Immutable.
 */
final class CountedNames {
  private final List<String> actions;
  private final List<String> surfaces;

  /** For each item of the log, its row in the model's catalogue. */
  private final int[] items;

  /** For each action of the model, its bit in the log. */
  private final int[] bits;

  /** For each surface of the log, its index in the model. */
  private final int[] places;

  private CountedNames(
      List<String> actions, List<String> surfaces, int[] items, int[] bits, int[] places) {
    this.actions = actions;
    this.surfaces = surfaces;
    this.items = items;
    this.bits = bits;
    this.places = places;
  }

  /** Returns the translation for a model with the names of a schema. */
  static CountedNames of(FeedLog log, Catalogue catalogue, FeedSchema schema) {
    return of(log, catalogue, schema.actions(), schema.surfaces());
  }

  /**
   * Returns the translation for a model.
   *
   * @throws CountsException if the log lacks one of the model's actions
   */
  static CountedNames of(
      FeedLog log, Catalogue catalogue, List<String> actions, List<String> surfaces) {
    List<String> known = log.schema().actions();
    if (!known.containsAll(actions)) {
      throw new CountsException(
          "a feed log with the actions %s expected, got %s".formatted(actions, known));
    }
    int[] items = new int[log.catalogue().size()];
    for (int row = 0; row < items.length; row++) {
      items[row] = catalogue.row(log.catalogue().id(row));
    }
    return new CountedNames(
        actions,
        surfaces,
        items,
        actions.stream().mapToInt(known::indexOf).toArray(),
        log.schema().surfaces().stream().mapToInt(surfaces::indexOf).toArray());
  }

  List<String> actions() {
    return actions;
  }

  List<String> surfaces() {
    return surfaces;
  }

  /** Returns the model's row of an item of the log, or {@link CountQuery#NONE}. */
  int item(int logItem) {
    return items[logItem];
  }

  int[] items(int[] logItems) {
    int[] rows = new int[logItems.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = items[logItems[i]];
    }
    return rows;
  }

  /** Returns the model's index of a surface of the log, or {@link CountQuery#NONE}. */
  int surface(int logSurface) {
    return places[logSurface];
  }

  /** Returns the multi-hot over the model's actions. */
  long bits(long logBits) {
    long own = 0;
    for (int action = 0; action < bits.length; action++) {
      own |= (logBits >>> bits[action] & 1) << action;
    }
    return own;
  }
}
