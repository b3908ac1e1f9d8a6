package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the native methods in separate processes: one with the JVM's checks of JNI calls, and
 * one with the compiler's sanitizers.
 */
@Tag("long")
class NativeToolsTest {
  /**
   * The folder in which the build places a sanitized library for the JVM, see native_tests in
   * CMakeLists.txt.
   */
  private static final Path SANITIZED = Path.of("target/native/sanitized");

  private static final int MOST_SECONDS = 300;

  /**
   * A file that exists if the tour has passed with the library in {@link #SANITIZED}. A build that
   * must run all tests removes the file first.
   */
  private static final Path PASSED = SANITIZED.resolve("tour.passed");

  private static final Path LIBRARY =
      SANITIZED.resolve("io/unipin/ann/native/linux-x86_64/libunipin_ann.so");

  @TempDir Path folder;

  @Test
  void natives_underTheChecksOfTheJvm_areClean() throws Exception {
    String printed = tour(List.of("-Xcheck:jni"), List.of(), Map.of());
    assertThat(printed)
        .contains("tour done")
        .as("FAISS warns on stderr of few vectors, which are no mistake here")
        .doesNotContain("WARNING clustering")
        .doesNotContain("WARNING in native method")
        .doesNotContain("FATAL ERROR in native method")
        .doesNotContain("WARNING: JNI");
  }

  @Test
  void natives_underTheSanitizers_areClean() throws Exception {
    assertThat(LIBRARY).isNotEmptyFile();
    assumeFalse(
        Files.exists(PASSED) && isNewer(PASSED, LIBRARY),
        "the natives are those that passed under the sanitizers before");
    String printed =
        tour(
            List.of(),
            List.of(SANITIZED.toString()),
            Map.of(
                // The C++ runtime must be preloaded as well, because without it the sanitizer
                // cannot intercept exceptions.
                "LD_PRELOAD",
                "libasan.so.8 libstdc++.so.6",
                // The JVM handles signals itself and does not free all memory at exit.
                "ASAN_OPTIONS",
                "handle_segv=0:allow_user_segv_handler=1:detect_leaks=0"));
    assertThat(printed)
        .contains("tour done")
        .doesNotContain("AddressSanitizer")
        .doesNotContain("runtime error");
    Files.writeString(PASSED, "");
  }

  private static boolean isNewer(Path one, Path other) throws IOException {
    return Files.getLastModifiedTime(one).compareTo(Files.getLastModifiedTime(other)) > 0;
  }

  private String tour(
      List<String> options, List<String> classPathBefore, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> classPath = new ArrayList<>(classPathBefore);
    classPath.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            String.join(File.pathSeparator, classPath),
            NativeTour.class.getName(),
            folder.toString()));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as("ends within %s s: %s", MOST_SECONDS, printed).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }
}
