package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that {@code bin/env.sh} sets the launch environment, and that no other file does. */
@Timeout(60)
final class LaunchEnvironmentTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));

  /** The variables that choose the locale. */
  private static final List<String> LOCALE = List.of("LC_ALL", "LC_CTYPE", "LC_TIME", "LANG");

  /** Runs a script in a shell, in this locale, and returns the lines that it prints. */
  private static List<String> shell(String script) throws IOException, InterruptedException {
    Map<String, String> locale = new HashMap<>(System.getenv());
    locale.keySet().retainAll(LOCALE);
    return shell(script, locale);
  }

  private static List<String> shell(String script, Map<String, String> locale)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(ROOT.toFile());
    builder.environment().keySet().retainAll(List.of("PATH", "HOME"));
    builder.environment().putAll(locale);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }

  @Test
  void tests_runInTheEnvironmentOfTheServer() throws Exception {
    String cache = System.getenv("DJL_CACHE_DIR");
    List<String> before = shell("env");
    List<String> added =
        shell(". bin/env.sh; launch_environment 1 '" + cache + "'; env").stream()
            .filter(line -> !before.contains(line))
            .toList();
    assertThat(added).hasSizeGreaterThan(8);
    assertThat(added)
        .as("set by ./unipin test")
        .allSatisfy(
            line ->
                assertThat(System.getenv(line.substring(0, line.indexOf('='))))
                    .as(line)
                    .isEqualTo(line.substring(line.indexOf('=') + 1)));
  }

  @ParameterizedTest
  @CsvSource({
    "'', train --data a --device cuda --out b, 1",
    "'', train --device=cuda:1, 1",
    "0, train --device cuda, 0",
    "'', train --device cpu, ''",
    "1, train --data a, ''",
    "1, serve --bundle cuda, ''",
    "1, evaluate --device cuda, ''"
  })
  void cardProducts_areCoarseInATrainingOnACardAlone(String before, String words, String after)
      throws Exception {
    String set = before.isEmpty() ? "" : "export TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=" + before + "; ";
    String script = set + ". bin/env.sh; card_products " + words;
    assertThat(shell(script + "; echo \"[$TORCH_ALLOW_TF32_CUBLAS_OVERRIDE]\""))
        .containsExactly("[" + after + "]");
  }

  /** Of a locale, the JVM takes all parts or none. */
  @ParameterizedTest
  @CsvSource({
    "'', C.UTF-8",
    "LANG=C, C.UTF-8",
    "LANG=nowhere.UTF-8, C.UTF-8",
    "LC_ALL=POSIX LANG=C.UTF-8, C.UTF-8",
    "LANG=C.UTF-8 LC_TIME=nowhere.UTF-8, C.UTF-8",
    "LANG=C.UTF-8, unset",
    "LANG=C LC_CTYPE=C.UTF-8, unset",
    "LC_ALL=C.UTF-8 LANG=nowhere, C.UTF-8"
  })
  void locale_isOneOfUtf8(String before, String after) throws Exception {
    Map<String, String> locale = new HashMap<>();
    for (String variable : before.isEmpty() ? new String[0] : before.split(" ", -1)) {
      locale.put(variable.split("=", -1)[0], variable.split("=", -1)[1]);
    }
    String script = "set -eu; . bin/env.sh; use_utf8; echo \"${LC_ALL-unset}\"; ";
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    assertThat(shell(script + java + " -XshowSettings:properties -version 2>&1", locale))
        .startsWith(after)
        .contains("    sun.jnu.encoding = UTF-8");
  }

  @Test
  void locale_withoutTheProgramThatKnowsLocales_isOneOfUtf8() throws Exception {
    String script = "PATH=/nowhere; . bin/env.sh; use_utf8 2>/dev/null; echo \"$LC_ALL\"";
    assertThat(shell(script, Map.of("LANG", "C"))).containsExactly("C.UTF-8");
  }

  /** A program that needs 64 GiB of heap. */
  static final class HeapFiller {
    private HeapFiller() {}

    public static void main(String[] arguments) {
      byte[][] blocks = new byte[1 << 20][];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = new byte[1 << 16];
      }
      System.out.println("filled " + blocks.length);
    }
  }

  @Test
  void heap_thatIsExhausted_endsTheJvmAsAKillDoes(@TempDir Path folder) throws Exception {
    String script =
        ". bin/env.sh; launch_environment 1 '%s'; cd '%s'; %s $(launch_options) -Xmx16m -cp '%s' '%s'"
            .formatted(
                folder.resolve("djl"),
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                HeapFiller.class.getName());
    List<String> said = shell(script + "; echo $?");
    assertThat(said.get(said.size() - 1)).as("%s", said).isEqualTo("137");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("no core, dump or report").containsExactly(folder.resolve("djl"));
    }
  }

  @Test
  void variables_areSetInNoOtherPlace() throws Exception {
    String script =
        "grep -lr -e OMP_WAIT_POLICY -e MALLOC_ARENA_MAX unipin bin docker pom.xml */pom.xml ||"
            + " true";
    assertThat(shell(script)).containsExactly("bin/env.sh");
    assertThat(shell("grep -l env.sh docker/serve docker/layout.sh")).hasSize(2);
  }
}
