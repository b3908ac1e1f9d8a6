package io.unipin.serving.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import java.util.Optional;

/**
 * Whether a bundle can serve a put item.
 *
 * @param outcome ADDED when the bundle can serve the item; otherwise KNOWN_BY_BUNDLE, NOT_SERVED or
 *     REFUSED
 * @param reason why the bundle can't serve the item; empty if the outcome is ADDED or
 *     KNOWN_BY_BUNDLE
 */
record ItemFit(Outcome outcome, String reason) {
  private static final ItemFit SERVED = new ItemFit(Outcome.ADDED, "");
  private static final ItemFit KNOWN = new ItemFit(Outcome.KNOWN_BY_BUNDLE, "");

  static ItemFit of(LoadedBundle bundle, PutItem item) {
    if (isKnown(bundle.catalogue(), item)) {
      return KNOWN;
    }
    ModelConfig model = bundle.model().config();
    int dimension = model.contentDim();
    if (!model.describesItems()) {
      return notServed("a bundle whose items have content expected, got bundle " + bundle.name());
    }
    if (item.content().length != dimension) {
      return notServed(
          "content: %s numbers expected by bundle %s, got %s"
              .formatted(dimension, bundle.name(), item.content().length));
    }
    if (dimension == 0 && !bundle.knowsAttributeOf(attributes(model, item))) {
      return notServed(
          "attributes: one that bundle %s has learned expected, got %s"
              .formatted(bundle.name(), item.attributes().isEmpty() ? "none" : "only others"));
    }
    Optional<String> fault =
        dimension == 0 ? Optional.empty() : bundle.contents().fault(item.content());
    return fault.map(reason -> new ItemFit(Outcome.REFUSED, "content: " + reason)).orElse(SERVED);
  }

  /** Returns the buckets of an item's attributes; empty if the model reads no attributes. */
  static int[] attributes(ModelConfig model, PutItem item) {
    return model.attributes().reads()
        ? model.attributes().bucketsOf(item.attributes(), item.category(), item.author())
        : new int[0];
  }

  /** Whether a catalogue has an item of its own with the id or the key of a put item. */
  static boolean isKnown(Catalogue catalogue, PutItem item) {
    return catalogue.row(item.id()) != Catalogue.UNKNOWN
        || catalogue.row(item.key()) != Catalogue.UNKNOWN;
  }

  private static ItemFit notServed(String reason) {
    return new ItemFit(Outcome.NOT_SERVED, reason);
  }

  boolean isServed() {
    return outcome == Outcome.ADDED;
  }
}
