package io.unipin.cli.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ValidateCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Path write(int users, int actions, String user) throws IOException {
    StringBuilder text = new StringBuilder("user_id,item_id,timestamp\n");
    for (int u = 0; u < users; u++) {
      for (int a = 0; a < actions; a++) {
        text.append(user.formatted(u))
            .append(',')
            .append((u * 7 + a * 3) % 90)
            .append(',')
            .append(1_614_931_234L + u * 999L + a * 30L)
            .append('\n');
      }
    }
    return Files.writeString(folder.resolve("log.csv"), text);
  }

  @Test
  void validate_soundFile_zero() throws IOException {
    assertThat(run("validate", write(300, 6, "u%d").toString())).as("%s", err).isZero();
    assertThat(out.toString()).contains("nothing found");
  }

  @Test
  void validate_usersWithOneAction_four() throws IOException {
    Path json = folder.resolve("findings.json");
    Files.writeString(
        folder.resolve("one.csv"),
        """
        user_id,item_id,timestamp
        a,1,1614931234
        a,2,1614931235
        b,1,1614931236
        c,2,1614931237
        d,1,1614931238
        e,2,1614931239
        """);
    int code = run("validate", folder.resolve("one.csv").toString(), "--json", json.toString());
    assertThat(code).as("%s", err).isEqualTo(4);
    JsonNode findings = new ObjectMapper().readTree(json.toFile()).at("/results/findings");
    assertThat(findings.findValuesAsText("name")).contains("few-tested-users", "one-action-users");
  }

  @Test
  void validate_repeatedActions_three() throws IOException {
    Path file = write(300, 6, "u%d");
    String text = Files.readString(file);
    Files.writeString(file, text + text.substring(text.indexOf('\n') + 1));
    assertThat(run("validate", file.toString())).as("%s", err).isEqualTo(3);
    assertThat(out.toString())
        .contains("regret repeated-actions: 1,800 of 3,600")
        .contains("example: user u")
        .contains("do: give each event an event_id");
  }

  @Test
  void validate_ambiguousFile_oneLineWithBothFlags() throws IOException {
    Path file = folder.resolve("two.csv");
    Files.writeString(file, "a,b\n" + "1x,2y\n1x,3y\n4x,2y\n".repeat(9));
    assertThat(run("validate", file.toString())).isOne();
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--user COLUMN");
  }

  @Test
  void try_wrongOptions_areRefusedBeforeAnythingIsRead() {
    assertThat(run("try", "--time-format", "month-frist")).isOne();
    assertThat(err.toString()).contains("did you mean 'month-first'?");
    assertThat(run("try", folder.resolve("nowhere.csv").toString())).isOne();
    assertThat(err.toString()).contains("nowhere.csv, which does not exist");
  }
}
