package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void at_withoutTerminal_isQuietAtFirst() {
    try (Progress progress = Progress.begin("training", 10, false, out)) {
      progress.at(1, 10, "loss 1.0");
      progress.line("epoch 1 done");
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("epoch 1 done\n");
  }

  @Test
  void close_onTerminal_leavesAFullBar() {
    try (Progress progress = Progress.begin("training", 10, true, out)) {
      progress.at(10, 10, "loss 1.0");
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("training").contains("100%");
  }
}
