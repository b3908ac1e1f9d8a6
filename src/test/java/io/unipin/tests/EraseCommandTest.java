package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UserActions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the command that erases a user. */
@Timeout(60)
final class EraseCommandTest {
  @TempDir Path folder;

  @Test
  void erase_saysWhetherAnythingWasStored() throws Exception {
    try (TinyServer server = TinyServer.start(folder)) {
      server
          .client()
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(
                      UserActions.newBuilder()
                          .setUserId("gone")
                          .addActions(
                              Action.newBuilder()
                                  .setEventId("e")
                                  .setItemId(TinyServer.FIRST_ID)
                                  .addActions("click")
                                  .setTimeMs(TinyServer.NOW)))
                  .build());
      Path json = folder.resolve("erased.json");
      assertThat(
              Verbs.run(
                  "erase",
                  "--user",
                  "gone",
                  "--address",
                  server.address(),
                  "--json",
                  json.toString()))
          .isEqualTo("erased\n");
      assertThat(Files.readString(json)).contains("\"existed\": true", "\"logRewrite\": \"NONE\"");
      assertThat(Verbs.run("erase", "--user", "gone", "--address", server.address()))
          .isEqualTo("erased; nothing was stored of the user\n");
    }
  }
}
