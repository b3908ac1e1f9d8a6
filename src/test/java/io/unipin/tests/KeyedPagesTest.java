package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that items named by UUIDs keep their names from the import to the page. */
@Timeout(300)
final class KeyedPagesTest {
  private static final int ITEMS = 40;
  private static final String MAPPING =
      """
      version: 1
      schema: {actions: [click], positives: [click], surfaces: [home]}
      sources:
        clicks: {file: clicks.csv, types: {ts: BIGINT}}
        things: {file: things.csv}
      actions:
        from: clicks
        columns: {user_id: user, item_key: item, time_ms: ts, actions: "['click']"}
      items:
        sql: SELECT item_id AS key, title FROM things
      """;

  @TempDir Path folder;
  private final Random random = new Random(1);
  private final List<String> keys = new ArrayList<>();

  private void write(String source) throws IOException {
    Path to = Files.createDirectories(folder.resolve(source));
    List<String> things = new ArrayList<>(keys.stream().map(key -> key + ",Thing").toList());
    Collections.shuffle(things, random);
    things.add(0, "item_id,title");
    Files.write(to.resolve("things.csv"), things);
    List<String> clicks = new ArrayList<>(List.of("user,item,ts"));
    for (int user = 0; user < 30; user++) {
      for (int i = 0; i < 6; i++) {
        String key = keys.get(random.nextInt(ITEMS));
        clicks.add("u%s,%s,%s".formatted(user, key, 1_656_105_611_000L + i));
      }
    }
    Files.write(to.resolve("clicks.csv"), clicks);
  }

  private Map<String, Long> imported(String source) throws IOException {
    write(source);
    Path mapping = Files.writeString(folder.resolve("import.yaml"), MAPPING);
    Path log = folder.resolve(source + "-log");
    Verbs.run(
        "import",
        folder.resolve(source).toString(),
        "--mapping",
        mapping.toString(),
        "--out",
        log.toString());
    Catalogue items = FeedLogReader.read(log, 0).catalogue();
    Map<String, Long> ids = new HashMap<>();
    for (int row = 0; row < items.size(); row++) {
      ids.put(items.key(row), items.id(row));
    }
    return ids;
  }

  private RetrieveAndRankResponse page(TinyServer server) {
    return server
        .client()
        .retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(TinyServer.NOW))
                .setPageSize(20)
                .build());
  }

  @Test
  void uuids_importedTwice_haveTheSameIds_andPagesCarryThem() throws IOException {
    for (int i = 0; i < ITEMS; i++) {
      keys.add(new UUID(random.nextLong(), random.nextLong()).toString());
    }
    Map<String, Long> ids = imported("monday");
    assertThat(ids.keySet()).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(imported("tuesday")).isEqualTo(ids);
    Verbs.run(
        "train",
        "--data",
        folder.resolve("monday-log").toString(),
        "--out",
        folder.resolve("bundles/keyed").toString(),
        "--index",
        "exact",
        "--no-evaluation",
        "--set",
        "training.epochs=1",
        "--set",
        "model={itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 16,"
            + " maxHistory: 16}");
    try (TinyServer server = TinyServer.start(folder, "bundle.name=keyed")) {
      RetrieveAndRankResponse page = page(server);
      assertThat(page.getItemsList()).hasSize(20);
      for (ScoredItem item : page.getItemsList()) {
        assertThat(item.getItemId()).isEqualTo(ids.get(item.getKey()));
      }
      String first = page.getItems(0).getKey();
      Action click =
          Action.newBuilder()
              .setItemKey(first)
              .addActions("click")
              .setTimeMs(TinyServer.NOW - 1)
              .setEventId("e")
              .build();
      server
          .client()
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(UserActions.newBuilder().setUserId("u").addActions(click))
                  .build());
      assertThat(page(server).getItemsList()).extracting(ScoredItem::getKey).doesNotContain(first);
    }
  }
}
