package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link Races} with jcstress for a bounded time, in a separate process. */
@Timeout(300)
@Tag("long")
class RacesTest {
  private static final int RACES = 9;

  @TempDir Path folder;

  @Test
  void races_allInterleavingsSeen_areAcceptable() throws IOException, InterruptedException {
    Path log = folder.resolve("jcstress.log");
    Process process =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(280, TimeUnit.SECONDS)).as("done in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said)
        .contains("Failed tests: No matches", "Error tests: No matches")
        .contains("All remaining tests: " + RACES + " matching test results");
  }

  /** Returns the command line that runs jcstress in one JVM mode, with one short run per race. */
  private static List<String> command() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>(List.of(java, "-Xmx256m", "-cp", classPath));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-t", "io.unipin.kvcache.Races", "-r", ".", "-c", "2", "-af", "NONE"));
    command.addAll(List.of("-jvmArgs", "-Xmx256m -XX:MaxDirectMemorySize=512m"));
    command.addAll(List.of("-f", "1", "-iters", "1", "-time", "300", "-sc", "false"));
    command.addAll(List.of("-strideSize", "16", "-strideCount", "4"));
    command.addAll(List.of("-spinStyle", "THREAD_YIELD"));
    return command;
  }
}
