package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UserActions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands that save and restore a server's state, and their errors. */
@Timeout(120)
final class StateCommandsTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    for (String setting :
        List.of(
            "history.folder=" + folder.resolve("history"),
            "servedLog.folder=" + folder.resolve("served"),
            "exposureLog.folder=" + folder.resolve("exposures"))) {
      all.addAll(List.of("--set", setting));
    }
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private static RecordActionsRequest action(String user) {
    return RecordActionsRequest.newBuilder()
        .addUsers(
            UserActions.newBuilder()
                .setUserId(user)
                .addActions(
                    Action.newBuilder()
                        .setItemId(TinyServer.FIRST_ID)
                        .addActions("click")
                        .setTimeMs(TinyServer.NOW)
                        .setEventId("e-" + user)))
        .build();
  }

  @Test
  void backupAndRestore_sayWhatTheyDidAndLeaveOutErasedUsers() throws Exception {
    String backup = folder.resolve("backup").toString();
    try (TinyServer server = TinyServer.start(folder)) {
      server.client().recordActions(action("stays"));
      server.client().recordActions(action("goes"));
      assertThat(run("backup", "--out", backup)).as(err.toString()).isZero();
      assertThat(out.toString()).contains("wrote 2 histories");
      server.client().eraseUser("goes");
      assertThat(run("restore", "--from", backup)).isEqualTo(1);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString()).contains("a folder that no other server uses expected");
    }
    assertThat(run("backup", "--out", backup)).isEqualTo(1);
    assertThat(err.toString()).contains("--out: a new or empty folder expected");
    assertThat(run("restore", "--from", backup)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("restored 1 histories")
        .contains("1 erased users stay erased");
  }

  @Test
  void historyCopy_withoutARedis_saysWhichSettingIsMissing() throws Exception {
    Files.createDirectories(folder.resolve("history"));
    assertThat(run("history", "copy", "--to", "REDIS")).isEqualTo(1);
    assertThat(err.toString()).contains("redis.uri: the address of a Redis expected, got none");
  }
}
