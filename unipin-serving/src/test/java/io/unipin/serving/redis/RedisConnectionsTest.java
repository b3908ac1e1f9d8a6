package io.unipin.serving.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.TestCertificate;
import io.unipin.settings.SettingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@NeedsRedis
@Timeout(120)
final class RedisConnectionsTest {
  private static final RedisScript ADD =
      RedisScript.of("return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2]}");

  @TempDir Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long add(RedisConnections redis, String key) {
    List<Object> answer =
        redis.run(ADD, Duration.ofSeconds(2), new byte[][] {bytes(key)}, bytes("1"), bytes("x"));
    assertThat((byte[]) answer.get(1)).isEqualTo(bytes("x"));
    return (Long) answer.get(0);
  }

  @Test
  void run_scriptIsForgotten_sendsItAgain() {
    try (RedisServer server = RedisServer.start(folder);
        RedisConnections redis = RedisConnections.open("test", server.place())) {
      assertThat(add(redis, "n")).isEqualTo(1);
      assertThat(add(redis, "n")).isEqualTo(2);
      assertThat(server.command("SCRIPT FLUSH")).isEqualTo("+OK");
      assertThat(add(redis, "n")).isEqualTo(3);
    }
  }

  @Test
  void await_serverIsKilledAndStartsAgain_isUnavailableAndThenAnswers() {
    try (RedisServer server = RedisServer.start(folder, "--appendonly", "yes");
        RedisConnections redis = RedisConnections.open("test", server.place())) {
      assertThat(add(redis, "n")).isEqualTo(1);
      server.kill();
      assertThatThrownBy(() -> add(redis, "n"))
          .isInstanceOfSatisfying(
              ServingException.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
                assertThat(failure.retryAfter()).isPresent();
                assertThat(failure).hasMessageNotContaining("127.0.0.1");
              });
      server.startAgain();
      assertThat(Eventually.returns(() -> add(redis, "n"))).isEqualTo(2);
    }
  }

  @Test
  void await_serverHangs_isUnavailableWithinThePatience() {
    try (RedisServer server = RedisServer.start(folder);
        RedisConnections redis = RedisConnections.open("test", server.place())) {
      server.signal("STOP");
      try {
        long begin = System.nanoTime();
        assertThatThrownBy(
                () -> redis.await(redis.commands().get(bytes("k")), Duration.ofMillis(50)))
            .isInstanceOf(ServingException.class)
            .hasMessageContaining("no answer within 50 ms");
        assertThat(System.nanoTime() - begin).isLessThan(1_500_000_000L);
      } finally {
        server.signal("CONT");
      }
    }
  }

  @Test
  void open_nobodyListens_saysWhere() {
    RedisServer server = RedisServer.start(folder);
    server.close();
    assertThatThrownBy(() -> RedisConnections.open("test", server.place()))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
        .hasMessageContaining(server.uri());
  }

  @Test
  void open_tlsWithAclUserAndPasswordFile_works() throws Exception {
    TestCertificate own = TestCertificate.make(folder, "redis");
    Path password = Files.writeString(folder.resolve("password"), "first\n");
    Path acl = Files.writeString(folder.resolve("acl"), "user default off\n" + rule("first"));
    try (RedisServer server =
        RedisServer.startWithTls(
            folder.resolve("server"), own.certificate(), own.key(), "--aclfile", acl.toString())) {
      RedisPlace place = secured(server, password, own);
      try (RedisConnections redis = RedisConnections.open("test", place)) {
        assertThat(add(redis, "n")).isEqualTo(1);
      }
      Files.writeString(password, "wrong");
      assertThatThrownBy(() -> RedisConnections.open("test", place))
          .isInstanceOf(ServingException.class)
          .hasMessageNotContaining("wrong\"");
      RedisPlace distrusted =
          new RedisPlace(
              server.uri(),
              false,
              "unipin",
              password.toString(),
              "",
              Duration.ofSeconds(2),
              Duration.ofSeconds(1));
      assertThatThrownBy(() -> RedisConnections.open("test", distrusted))
          .isInstanceOf(ServingException.class);
    }
  }

  private static String rule(String password) {
    return "user unipin on >" + password + " ~* +@all\n";
  }

  private static RedisPlace secured(RedisServer server, Path password, TestCertificate own) {
    return new RedisPlace(
        server.uri(),
        false,
        "unipin",
        password.toString(),
        own.certificate().toString(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1));
  }

  @Test
  void runReplicated_tooFewReplicas_isUnavailableThoughThePrimaryHasIt() {
    byte[][] key = {bytes("n")};
    try (RedisServer server = RedisServer.start(folder.resolve("primary"));
        RedisConnections redis = RedisConnections.open("test", server.place())) {
      assertThatThrownBy(() -> redis.runReplicated(ADD, 1, key, bytes("1"), bytes("x")))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("1 replicas of the test store's Redis expected");
      try (RedisServer replica =
          RedisServer.start(
              folder.resolve("replica"),
              "--replicaof",
              "127.0.0.1",
              String.valueOf(server.port()))) {
        List<Object> answer =
            Eventually.returns(() -> redis.runReplicated(ADD, 1, key, bytes("1"), bytes("x")));
        long there = (Long) answer.get(0);
        assertThat(there).isGreaterThanOrEqualTo(2);
        assertThat(replica.command("GET n")).isEqualTo(String.valueOf(there));
      }
    }
  }

  @Test
  void identities_twoConnectionsToOneServer_areTheSame() {
    try (RedisServer server = RedisServer.start(folder.resolve("one"));
        RedisServer other = RedisServer.start(folder.resolve("other"));
        RedisConnections one = RedisConnections.open("one", server.place());
        RedisConnections two = RedisConnections.open("two", server.place());
        RedisConnections third = RedisConnections.open("third", other.place())) {
      assertThat(one.identities()).isEqualTo(two.identities()).hasSize(1);
      assertThat(third.identities()).isNotEqualTo(one.identities());
      assertThat(one.info("memory").get(0)).containsEntry("maxmemory_policy", "noeviction");
    }
  }

  @Test
  void place_invalidSettings_areRefused() {
    for (String uri : List.of("127.0.0.1:1", "redis://a", "redis://a:70000", "http://a:1")) {
      assertThatThrownBy(() -> RedisServer.place(uri, false))
          .isInstanceOf(SettingException.class)
          .hasMessageContaining("redis://host:port");
    }
    assertThatThrownBy(() -> RedisServer.place("redis://u:secret@a:1", false))
        .hasMessageContaining("without user and password")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> RedisServer.place("redis://a:1,b:2", false))
        .hasMessageContaining("cluster: true");
    assertThat(RedisServer.place("redis://[::1]:1,b:2", true).nodes())
        .containsExactly(new RedisPlace.Node("[::1]", 1), new RedisPlace.Node("b", 2));
  }
}
