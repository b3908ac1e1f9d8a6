package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
final class ActionsCommandTest {
  @TempDir Path folder;

  /** Runs a command and returns what it printed. The command must succeed. */
  private static String run(TinyServer server, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all =
        Stream.concat(
                Stream.of("actions"),
                Stream.concat(
                    Stream.of(arguments), Stream.of("--user", "u", "--address", server.address())))
            .toList();
    int code = main.execute(all.toArray(String[]::new));
    return code == 0 ? out.toString().trim() : err.toString().trim();
  }

  @Test
  void recordAndRetract_sayWhatBecameOfIt() throws IOException {
    String[] click = {"record", "--event", "e", "--item", "5000", "--action", "click"};
    try (TinyServer server = TinyServer.start(folder)) {
      assertThat(run(server, "retract", "--event", "early"))
          .isEqualTo("taken back: 0\nnot recorded yet, and will not count: 1");
      assertThat(run(server, "record", "--event", "early", "--item", "5001"))
          .isEqualTo("not counted: the event is taken back at this revision or a higher one");
      String time = String.valueOf(System.currentTimeMillis());
      assertThat(run(server, with(click, "--time", time))).isEqualTo("recorded");
      assertThat(run(server, with(click, "--time", time)))
          .isEqualTo("nothing changed: the event is recorded at this revision or a higher one");
      assertThat(run(server, with(click, "--time", time, "--action", "save", "--revision", "1")))
          .isEqualTo("corrected: it replaces what was recorded");
      assertThat(run(server, "retract", "--event", "e"))
          .isEqualTo("taken back: 0\nstill count, recorded with a higher revision: 1");
      Path json = folder.resolve("response.json");
      assertThat(
              run(server, "retract", "--event", "e", "--revision", "1", "--json", json.toString()))
          .isEqualTo("taken back: 1");
      assertThat(Files.readString(json)).contains("\"retracted\": 1", "\"waiting\": 0");
      assertThat(run(server, "record", "--event", "", "--item", "5000"))
          .contains("users[0].actions[0].event_id: an id that is not blank expected");
    }
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }
}
