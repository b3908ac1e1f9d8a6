package io.unipin.serving.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests backups of a server on the disk. A user who is erased after the backup must stay erased
 * after a restore.
 */
@Timeout(180)
final class BackupTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  private static void record(UniPinClient client, String user, int... events) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
    for (int event : events) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(1000 + event)
              .addActions("click")
              .setTimeMs(NOW - 100_000 + event)
              .setEventId(user + "-event-" + event));
    }
    client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
  }

  private static RetrieveAndRankResponse page(UniPinClient client, String user, String cursor) {
    UserContext context = UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
    return client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder().setUser(context).setPageCursor(cursor).build());
  }

  private static List<Long> items(RetrieveAndRankResponse page) {
    return page.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  private static void erase(UniPinClient client, String user) {
    client.eraseUser(user);
  }

  private String served() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder.resolve("served"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void restore_userErasedSince_staysErasedAndOthersHaveTheirPages() throws Exception {
    ServerConfig config = TestServer.config(folder);
    Path backup = folder.resolve("backup");
    RetrieveAndRankResponse before;
    try (UniPinServer server = TestServer.start(folder);
        UniPinClient client = client(server)) {
      record(client, "stays", 1, 2, 3);
      record(client, "goes", 4, 5);
      record(client, "returns", 6);
      erase(client, "long-gone");
      before = page(client, "stays", "");
      page(client, "goes", "");
      while (!served().contains("\"goes\",\"timeMs\":" + NOW)) {
        Thread.sleep(20); // the log is written in the background
      }
      Backup.Report report = Backup.write(config, backup, done -> {});
      assertThat(report.users()).isEqualTo(3);
      assertThat(report.marks()).isEqualTo(1);
      assertThat(report.lines()).isPositive();

      record(client, "stays", 7, 8);
      erase(client, "goes");
      erase(client, "returns");
      record(client, "returns", 9);
      assertThatThrownBy(() -> Restore.run(config, backup, done -> {}))
          .as("a server uses the state")
          .isInstanceOf(ServingException.class);
    }

    Backup.Report restored = Restore.run(config, backup, done -> {});
    assertThat(restored.users()).isEqualTo(1);
    assertThat(restored.erased()).isEqualTo(2);
    assertThat(served()).contains("stays-event-1").doesNotContain("goes").doesNotContain("event-7");
    try (UniPinServer server = UniPinServer.start(config);
        UniPinClient client = client(server)) {
      RetrieveAndRankResponse after = page(client, "stays", "");
      assertThat(items(after)).isEqualTo(items(before));
      assertThat(after.getServed().getHistoryActions()).isEqualTo(3);
      assertThat(page(client, "goes", "").getServed().getHistoryActions()).isZero();
      assertThat(page(client, "returns", "").getServed().getHistoryActions()).isZero();
      assertThat(items(page(client, "stays", before.getNextPageCursor())))
          .as("a cursor from before the restore")
          .isNotEmpty()
          .doesNotContainAnyElementsOf(items(before));
    }
    // A restore keeps the marks of erasures. So a second restore of the same backup revives no
    // erased user.
    assertThat(Restore.run(config, backup, done -> {}).erased()).isEqualTo(2);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .noneMatch(name -> name.endsWith("-restoring") || name.endsWith("-replaced"));
    }
  }

  @Test
  void restore_afterTheDiskWasLost_bringsEverythingBack() throws Exception {
    ServerConfig config = TestServer.config(folder);
    Path backup = folder.resolve("backup");
    try (UniPinServer server = TestServer.start(folder);
        UniPinClient client = client(server)) {
      record(client, "stays", 1, 2, 3);
      Backup.write(config, backup, done -> {});
    }
    Files.move(folder.resolve("history"), folder.resolve("lost"));
    assertThat(Restore.run(config, backup, done -> {}).users()).isEqualTo(1);
    try (UniPinServer server = UniPinServer.start(config);
        UniPinClient client = client(server)) {
      assertThat(page(client, "stays", "").getServed().getHistoryActions()).isEqualTo(3);
    }
  }

  @Test
  void restore_folderWithoutABackup_isRefused() throws Exception {
    ServerConfig config = TestServer.config(folder);
    Path none = Files.createDirectory(folder.resolve("none"));
    assertThatThrownBy(() -> Restore.run(config, none, done -> {}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a complete backup with backup.json expected");
    Files.writeString(
        none.resolve("backup.json"),
        "{\"format\":2,\"timeMs\":1,\"users\":0,\"marks\":0,\"items\":0,\"lines\":0}");
    assertThatThrownBy(() -> Restore.run(config, none, done -> {}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a backup of format 1 expected, got 2");
  }
}
