package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a server with files below its cache finds cached state again after a restart. */
@Timeout(300)
final class TierRestartTest {
  @TempDir Path folder;

  private String[] settings() {
    return new String[] {"cache.file.path=" + folder.resolve("tier"), "cache.file.bytes=64MiB"};
  }

  private static RetrieveAndRankResponse page(UniPinServer server, String user) {
    History.Builder history = History.newBuilder();
    for (int i = 0; i < 16; i++) {
      history.addActions(
          Action.newBuilder().setItemId(1000 + i).addActions("click").setTimeMs(60_000L * i));
    }
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(
                UserContext.newBuilder().setUserId(user).setTimeMs(10_000_000).setHistory(history))
            .build();
    try (UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      return client.retrieveAndRank(request);
    }
  }

  @Test
  void restart_thenErasure() throws Exception {
    RetrieveAndRankResponse before;
    try (UniPinServer server = TestServer.start(folder, settings())) {
      before = page(server, "user");
      assertThat(before.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    }
    assertThat(folder.resolve("tier")).isDirectoryContaining("glob:**chunks");
    try (UniPinServer server = UniPinServer.start(TestServer.config(folder, settings()))) {
      RetrieveAndRankResponse after = page(server, "user");
      assertThat(after.getServed().getCache()).isEqualTo(CacheOutcome.RELOAD);
      assertThat(after.getServed().getEncodedActions()).isZero();
      assertThat(after.getItemsList()).isEqualTo(before.getItemsList());
      assertThat(page(server, "user").getServed().getCache()).isEqualTo(CacheOutcome.HIT);
      try (UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
        assertThat(client.eraseUser("user")).isTrue();
      }
      byte[] chunks = Files.readAllBytes(folder.resolve("tier").resolve("chunks"));
      assertThat(new String(chunks, StandardCharsets.ISO_8859_1)).matches("\\u0000*");
      assertThat(page(server, "user").getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    }
  }

  @Test
  void swap_dropsTheOldBundlesUsersFromTheFiles() throws Exception {
    try (UniPinServer server =
            TestServer.start(folder, settings()[0], settings()[1], "bundle.keepPrevious=false");
        UniPinAdminClient admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort())) {
      page(server, "user");
      admin.loadBundle("two");
      assertThat(page(server, "user").getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
      admin.loadBundle("one");
      assertThat(page(server, "user").getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    }
  }
}
