package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FirstFeedTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", "."));

  @TempDir Path folder;

  @Test
  void visit_ofAServer_showsPagesBeforeAndAfterAClick() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TinyServer server = TinyServer.start(folder)) {
      FirstFeed.visit(server.address(), "ada", new PrintStream(out, true, StandardCharsets.UTF_8));
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("first page (cache: PREFILL)", "second page (cache: HIT)", "after a click on '");
  }

  /**
   * Checks that {@code docs/first-feed.md} shows exactly the program {@code FirstFeed}, which the
   * other test runs.
   */
  @Test
  void page_showsTheProgramThatRuns() throws IOException {
    String program = Files.readString(ROOT.resolve("src/test/java/io/unipin/tests/FirstFeed.java"));
    String method =
        program.substring(program.indexOf("  static void visit"), program.lastIndexOf("}"));
    String page = Files.readString(ROOT.resolve("docs/first-feed.md"));
    assertThat(page).contains(method.stripTrailing().indent(0).replaceAll("(?m)^  ", ""));
  }
}
