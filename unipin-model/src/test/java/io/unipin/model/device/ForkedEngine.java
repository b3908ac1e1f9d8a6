package io.unipin.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program in another process. There, the engine may use other libraries than here. */
public final class ForkedEngine {
  private static final int MOST_SECONDS = 300;

  private ForkedEngine() {}

  /**
   * Runs a program on this class path, and returns the lines that it prints. Fails if the program
   * fails.
   *
   * @param program a class with a method {@code main}
   * @param folder an empty folder for files of the engine
   * @param variables environment variables by which the engine finds its libraries
   */
  public static List<String> run(
      Class<?> program, Path folder, Map<String, String> variables, String... arguments)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            program.getName());
    builder.command().addAll(List.of(arguments));
    builder.environment().keySet().removeIf(name -> name.startsWith("PYTORCH_"));
    builder.environment().put("DJL_CACHE_DIR", folder.resolve("djl").toString());
    builder.environment().putAll(variables);
    Path printed = folder.resolve("printed");
    Path errors = folder.resolve("errors");
    Process process =
        builder.redirectError(errors.toFile()).redirectOutput(printed.toFile()).start();
    try {
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return Files.readAllLines(printed);
  }
}
