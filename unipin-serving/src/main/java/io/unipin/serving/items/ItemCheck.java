package io.unipin.serving.items;

import io.unipin.feedlog.FeedRules;
import java.util.List;
import java.util.Optional;

/** The rules that every put item must follow. The rules do not depend on the serving bundles. */
public final class ItemCheck {
  private static final int TITLE_CHARS = 1024;
  private static final int MOST_CONTENT = 16_384;

  private ItemCheck() {}

  /** Returns which rule an item breaks at the given time; empty if the item is valid. */
  public static Optional<String> fault(PutItem item, long nowMs) {
    if (item.id() < 0) {
      return fault("id", "at least 0", item.id());
    }
    return key(item.key())
        .or(() -> text("title", item.title(), TITLE_CHARS))
        .or(() -> text("category", item.category(), FeedRules.ID_CHARS))
        .or(() -> text("author", item.author(), FeedRules.ID_CHARS))
        .or(() -> time("created_ms", item.createdMs()))
        .or(() -> time("expires_ms", item.expiresMs()))
        .or(() -> expiry(item.expiresMs(), nowMs))
        .or(() -> content(item.content()))
        .or(() -> attributes(item.attributes()));
  }

  private static Optional<String> attributes(List<String> attributes) {
    if (attributes.size() > FeedRules.ATTRIBUTES) {
      return fault("attributes", "at most " + FeedRules.ATTRIBUTES, attributes.size());
    }
    for (int i = 0; i < attributes.size(); i++) {
      Optional<String> expected = FeedRules.attributesFault(List.of(attributes.get(i)));
      if (expected.isPresent()) {
        return Optional.of("attributes[" + i + "]: " + expected.get() + " expected");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> key(String key) {
    return key.isEmpty()
        ? Optional.empty()
        : FeedRules.keyFault(key).map(expected -> "key: " + expected + " expected");
  }

  private static Optional<String> text(String field, String text, int most) {
    if (text.length() > most) {
      return fault(field, "at most " + most + " characters", text.length());
    }
    return FeedRules.isWhole(text)
        ? Optional.empty()
        : fault(field, "whole characters", "half of one");
  }

  private static Optional<String> time(String field, long timeMs) {
    boolean valid =
        timeMs == 0 || (FeedRules.isTime(timeMs) && !FeedRules.looksLikeSeconds(timeMs));
    return valid ? Optional.empty() : fault(field, FeedRules.TIME, timeMs);
  }

  private static Optional<String> expiry(long expiresMs, long nowMs) {
    return expiresMs == 0 || expiresMs > nowMs
        ? Optional.empty()
        : fault("expires_ms", "a time after " + nowMs, expiresMs);
  }

  private static Optional<String> content(float[] content) {
    if (content.length > MOST_CONTENT) {
      return fault("content", "at most " + MOST_CONTENT + " numbers", content.length);
    }
    for (int i = 0; i < content.length; i++) {
      if (!Float.isFinite(content[i])) {
        return fault("content[" + i + "]", "a finite number", content[i]);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> fault(String field, String expected, Object got) {
    return Optional.of("%s: %s expected, got %s".formatted(field, expected, got));
  }
}
