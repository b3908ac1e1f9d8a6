package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.request.ServerIdentity;
import io.unipin.serving.rpc.ActionRecords;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.user.ActionJournal;
import io.unipin.serving.user.UserData;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests records of actions that are taken while their user is being erased. Even a repeated record
 * must not revive the user.
 */
@NeedsRedis
@Timeout(120)
final class ActionRecordsTest {
  private static final String USER = "canary-31c8";

  @TempDir Path folder;

  private final long now = System.currentTimeMillis();

  @BeforeEach
  void publish() {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
  }

  private static byte[] actions(String event, long timeMs) {
    Action action =
        Action.newBuilder()
            .setEventId(event)
            .setItemId(1001)
            .addActions("click")
            .setTimeMs(timeMs)
            .build();
    return ActionRecord.newBuilder()
        .setActions(UserActions.newBuilder().addActions(action))
        .build()
        .toByteArray();
  }

  /** Returns a store that erases the user right after it was asked for the last erasure. */
  private HistoryStore erasing(HistoryStore store, List<Long> timesMs) {
    int[] asked = {0};
    return (HistoryStore)
        Proxy.newProxyInstance(
            HistoryStore.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(store, arguments);
                if (method.getName().equals("erasure") && asked[0] < timesMs.size()) {
                  store.erase(USER, timesMs.get(asked[0]++));
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Creates the part of a server that records actions, as a server does. */
  private static RpcServices services(ServerConfig config, ServerStores stores, OpenParts parts) {
    ServerModels models = new ServerModels(config, stores, parts, RankingModel.CACHED);
    BundleOperations operations = models.load(() -> false);
    UserData users =
        new UserData(
            new UserData.Parts(
                stores.histories(),
                stores.cache(),
                stores.servedLog(),
                stores.exposures(),
                stores.impressions(),
                ActionJournal.NONE),
            user -> {},
            List.of());
    return new RpcServices(
        null,
        models.served(operations, models.items()),
        models.admission(),
        users,
        models.shadow(config.page().maxSize()),
        stores.telemetry(),
        new ServerIdentity("", config.page().maxSize(), System::currentTimeMillis));
  }

  private void erasuresBetweenCheckAndChange(ServerConfig config) throws IOException {
    try (OpenParts parts = new OpenParts()) {
      ServerStores stores = ServerStores.open(config, parts);
      HistoryStore histories = stores.histories();
      RpcServices services = services(config, stores, parts);
      byte[] old = actions("old", now - 9000);
      ActionRecords once =
          new ActionRecords(services, erasing(histories, List.of(now - 5000, now - 4000)));
      assertThat(once.take(USER, old, now - 8000)).isFalse();
      assertThat(histories.read(USER)).isEqualTo(UserHistory.EMPTY);
      // The next two records are written after the erasure of their user. The first holds an action
      // from before the erasure, and the second holds an action from after it.
      ActionRecords again = new ActionRecords(services, erasing(histories, List.of(now - 3000)));
      assertThat(again.take(USER, old, now - 1000)).isFalse();
      ActionRecords later = new ActionRecords(services, erasing(histories, List.of(now - 2500)));
      assertThat(later.take(USER, actions("new", now - 2000), now - 1000)).isTrue();
      assertThat(histories.read(USER).lifetime()).isEqualTo(1);
      byte[] retraction =
          ActionRecord.newBuilder()
              .setRetraction(RetractActionsRequest.newBuilder().addEventIds("new"))
              .build()
              .toByteArray();
      ActionRecords taking = new ActionRecords(services, erasing(histories, List.of(now - 500)));
      assertThat(taking.take(USER, retraction, now - 600)).isFalse();
      assertThat(histories.read(USER)).isEqualTo(UserHistory.EMPTY);
      assertThat(histories.archive().isEmpty()).isTrue();
    }
    try (Stream<Path> logs = Files.list(folder.resolve("served"))) {
      for (Path log : logs.filter(file -> file.toString().endsWith(".jsonl")).toList()) {
        assertThat(Files.readString(log)).doesNotContain("\"old\"");
      }
    }
  }

  @Test
  void take_erasureAfterTheCheck_recordsNothing_onTheDisk() throws IOException {
    erasuresBetweenCheckAndChange(TestServer.config(folder));
  }

  @Test
  void take_erasureAfterTheCheck_recordsNothing_inRedis() throws IOException {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"))) {
      erasuresBetweenCheckAndChange(
          TestServer.config(
              folder, "history.store=REDIS", "redis.uri=" + redis.uri(), "redis.timeout=2s"));
    }
  }
}
