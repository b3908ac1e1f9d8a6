package io.unipin.cli.shell;

import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.settings.Nearest;

/**
 * The name by which a user of the shell refers to an item: an id or a key.
 *
 * @param id id of the item; 0 if the key names it
 * @param key key of the item; empty if the id names it
 * @param title title on the last page; empty if the item is not on it
 */
record ItemName(long id, String key, String title) {
  private static final String BY_ID = "id:";
  private static final String BY_KEY = "key:";

  /**
   * Reads the name of an item: {@code #3} is the item at rank 3 of the last page, digits are an id,
   * and any other text is a key. {@code id:3} is always an id, and {@code key:3} is always a key.
   *
   * @throws ShellException if the rank is not on the page, or if digits are the id of one item and
   *     the key of another one on the page
   */
  static ItemName of(String word, Feed feed) {
    if (word.startsWith("#")) {
      return of(atRank(word, feed));
    }
    if (word.startsWith(BY_KEY)) {
      return byKey(word.substring(BY_KEY.length()), feed);
    }
    if (word.startsWith(BY_ID)) {
      return byId(word.substring(BY_ID.length()), feed);
    }
    if (!word.matches("-?\\d+")) {
      return byKey(word, feed);
    }
    boolean isKey = feed.items().stream().anyMatch(item -> item.getKey().equals(word));
    if (isKey && !Long.toString(keyed(word, feed).getItemId()).equals(word)) {
      throw new ShellException(
          "one item expected, got '%s', which is a key on the page and may be an id"
              .formatted(word),
          BY_KEY + word + " or " + BY_ID + word);
    }
    return byId(word, feed);
  }

  private static ScoredItem keyed(String key, Feed feed) {
    return feed.items().stream()
        .filter(item -> item.getKey().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static ScoredItem atRank(String word, Feed feed) {
    int count = feed.items().size();
    if (count == 0) {
      throw new ShellException(
          "an id or a key expected before the first page, got '" + word + "'", "page");
    }
    if (!word.matches("#\\d{1,9}")) {
      throw new ShellException(
          "a rank of the last page such as #1 expected, got '" + word + "'", "page");
    }
    int rank = Integer.parseInt(word.substring(1));
    if (rank < 1 || rank > count) {
      throw new ShellException(
          "a rank from #1 to #%s expected, got '%s'".formatted(count, word), "page " + rank);
    }
    return feed.items().get(rank - 1);
  }

  private static ItemName byKey(String key, Feed feed) {
    return feed.items().stream()
        .filter(item -> item.getKey().equals(key))
        .findFirst()
        .map(ItemName::of)
        .orElseGet(() -> new ItemName(0, key, ""));
  }

  private static ItemName byId(String digits, Feed feed) {
    long id;
    try {
      id = Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new ShellException(
          "a whole number of 64 bits expected as an id, got '" + digits + "'", "page", e);
    }
    return feed.items().stream()
        .filter(item -> item.getItemId() == id)
        .findFirst()
        .map(ItemName::of)
        .orElseGet(() -> new ItemName(id, "", ""));
  }

  private static ItemName of(ScoredItem item) {
    return item.getKey().isEmpty()
        ? new ItemName(item.getItemId(), "", item.getTitle())
        : new ItemName(0, item.getKey(), item.getTitle());
  }

  GetItemRequest request() {
    return GetItemRequest.newBuilder().setId(id).setKey(key).build();
  }

  /** Returns the name with the title, if the title is known. */
  String text() {
    return title.isEmpty() ? name() : name() + " '" + title + "'";
  }

  /** Returns the key, or the id of an item without a key. */
  String name() {
    return key.isEmpty() ? Long.toString(id) : key;
  }

  /** Returns the error for an item that no bundle knows. The error names the nearest shown item. */
  ShellException unknown(Feed feed) {
    return new ShellException(
        "the key or id of an item expected, got '" + name() + "'" + hint(feed),
        feed.items().isEmpty() ? "page" : "why #1");
  }

  /** Returns a text about the shown item with the nearest name; empty if no name is near. */
  String hint(Feed feed) {
    return Nearest.hint(
        name(),
        feed.items().stream()
            .map(item -> key.isEmpty() ? Long.toString(item.getItemId()) : item.getKey())
            .filter(each -> !each.isEmpty())
            .toList());
  }
}
