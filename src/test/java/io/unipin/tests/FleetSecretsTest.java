package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which servers accept the page cursors of other servers, depending on their secrets. */
@Timeout(120)
final class FleetSecretsTest {
  private static final String OLD = secret(1);
  private static final String NEW = secret(2);

  @TempDir Path folder;

  private static String secret(long seed) {
    byte[] secret = new byte[32];
    new Random(seed).nextBytes(secret);
    return Base64.getEncoder().encodeToString(secret);
  }

  private String setting(String name, String... secrets) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, List.of(secrets));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return "security.secretFile=" + file;
  }

  private TinyServer server(String name, String... settings) throws IOException {
    return TinyServer.start(folder.resolve(name), settings);
  }

  private static RetrieveAndRankResponse page(TinyServer server, String cursor) {
    RetrieveAndRankRequest first = TinyServer.request(7);
    return server.client().retrieveAndRank(first.toBuilder().setPageCursor(cursor).build());
  }

  private static List<Long> items(RetrieveAndRankResponse page) {
    return page.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  @Test
  void cursor_ofOneReplica_opensOnAnotherAndAfterARestart() throws IOException {
    String shared = setting("secrets", OLD);
    RetrieveAndRankResponse first;
    List<Long> second;
    try (TinyServer one = server("one", shared)) {
      first = page(one, "");
      second = items(page(one, first.getNextPageCursor()));
      assertThat(second).hasSize(10).doesNotContainAnyElementsOf(items(first));
      try (TinyServer other = server("other", shared)) {
        assertThat(items(page(other, first.getNextPageCursor()))).isEqualTo(second);
      }
    }
    try (TinyServer restarted = server("restarted", shared)) {
      assertThat(items(page(restarted, first.getNextPageCursor()))).isEqualTo(second);
    }
  }

  @Test
  void cursor_whileTheSecretIsReplaced_opensOnReplicasOfBothSteps() throws IOException {
    try (TinyServer added = server("added", setting("added-secrets", OLD, NEW));
        TinyServer first = server("first", setting("first-secrets", NEW, OLD))) {
      String old = page(added, "").getNextPageCursor();
      String young = page(first, "").getNextPageCursor();
      assertThat(items(page(first, old))).isEqualTo(items(page(added, young)));
    }
  }

  @Test
  void cursor_ofAServerWithoutSharedSecrets_opensOnlyThere() throws IOException {
    try (TinyServer one = server("one");
        TinyServer other = server("other", setting("secrets", OLD))) {
      String cursor = page(one, "").getNextPageCursor();
      assertThat(page(one, cursor).getItemsList()).hasSize(10);
      assertThatThrownBy(() -> page(other, cursor))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("cursor");
    }
  }

  @Test
  void start_withAFileThatOthersMayRead_isOneError() throws IOException {
    String shared = setting("secrets", OLD);
    Files.setPosixFilePermissions(
        folder.resolve("secrets"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> server("one", shared))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "security.secretFile: a file without access for other users expected (chmod o= FILE)");
  }
}
