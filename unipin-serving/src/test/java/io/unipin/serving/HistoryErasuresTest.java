package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.fleet.Fleet;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.stores.HistoryStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a history store gets the erasures of its fleet before the store is copied. */
@NeedsRedis
@Timeout(60)
final class HistoryErasuresTest {
  private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  @TempDir Path folder;

  private static ActionEvent event(String id, long timeMs) {
    return new ActionEvent(id, new RecordedAction(1, List.of("click"), "home", timeMs));
  }

  /** A copy without the fleet's erasures would revive users. */
  @Test
  void apply_whileRedisIsAway_fails() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      ServerConfig config =
          TestServer.config(
              folder,
              "security.secretFile=" + secret,
              "redis.uri=" + redis.uri(),
              "redis.timeout=2s");
      redis.kill();
      try (HistoryStore store = HistoryStores.open(config)) {
        assertThatThrownBy(() -> HistoryErasures.apply(config, store))
            .isInstanceOfSatisfying(
                ServingException.class,
                failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
      }
    }
  }

  @Test
  void apply_makesWhatTheStoreLacks_andKeepsWhatCameLater() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      ServerConfig config =
          TestServer.config(
              folder, "history.store=REDIS", "redis.uri=" + redis.uri(), "redis.timeout=2s");
      try (HistoryStore store = HistoryStores.open(config);
          Fleet fleet =
              Fleet.open(
                  config.fleet(),
                  "host:1",
                  config.redis().place(),
                  0,
                  null,
                  Secrets.own(store.secret()))) {
        store.append("gone", List.of(event("e1", 1)));
        store.append("back", List.of(event("e1", 1)));
        store.append("stays", List.of(event("e1", 1)));
        fleet.erasures().orElseThrow().announce("gone", 100);
        fleet.erasures().orElseThrow().announce("back", 100);
        store.erase("back", 100);
        store.append("back", List.of(event("e2", 200)));
        HistoryErasures.apply(config, store);
        assertThat(store.read("gone").lifetime()).isZero();
        assertThat(store.erasedMs("gone")).hasValue(100);
        assertThat(store.read("back").lifetime()).isEqualTo(1);
        assertThat(store.read("stays").lifetime()).isEqualTo(1);
      }
    }
  }
}
