package io.unipin.tests;

import io.unipin.proto.v1.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Starts a server whose bundle can serve items that are put, because the bundle's items have
 * content.
 */
final class ItemsServer {
  static final int CONTENT = 8;

  /** The id of the first new item. No bundle has this id or a larger one. */
  static final long FIRST = 900_000;

  private ItemsServer() {}

  /** Starts a server that serves the bundle {@code fresh}. */
  static TinyServer start(Path folder, String... overrides) throws IOException {
    Files.createDirectories(folder.resolve("bundles"));
    if (!Files.exists(folder.resolve("bundles/fresh"))) {
      TinyServer.publish(folder, "fresh", "Flat", 3, CONTENT);
    }
    Stream<String> own =
        Stream.of(
            "bundle.name=fresh",
            "items.folder=" + folder.resolve("items"),
            "items.limit=1000",
            "items.maxPutsPerSecond=100000",
            "retrieval.candidates=400",
            "page.size=10");
    return TinyServer.start(
        folder, Stream.concat(own, Stream.of(overrides)).toArray(String[]::new));
  }

  /** Returns the n-th new item. No bundle has this item. */
  static Item item(int n) {
    Item.Builder item =
        Item.newBuilder()
            .setId(FIRST + n)
            .setTitle("New item " + n)
            .setCategory("new")
            .setAuthor("author " + n % 3)
            .setCreatedMs(TinyServer.NOW - 1000);
    for (float number : TinyServer.content(n, CONTENT)) {
      item.addContent(number);
    }
    return item.build();
  }
}
