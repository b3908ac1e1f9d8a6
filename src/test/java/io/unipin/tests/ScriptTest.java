package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the script {@code ./unipin}. Fake programs take the place of Maven, the JVM and other
 * programs. They only print how they were called.
 */
@Timeout(60)
final class ScriptTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));

  @TempDir Path folder;
  private Path checkout;
  private Path builds;
  private Path goals;

  @BeforeEach
  void layOut() throws Exception {
    checkout = Files.createDirectories(folder.resolve("checkout"));
    builds = folder.resolve("builds");
    goals = folder.resolve("goals");
    Files.copy(ROOT.resolve("unipin"), checkout.resolve("unipin"));
    copy(ROOT.resolve("bin"), checkout.resolve("bin"));
    executable(checkout.resolve("unipin"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    for (String module : Modules.ALL) {
      Files.createDirectories(checkout.resolve(module));
      Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
    }
    script(
        "bin/mvn",
        "echo \"$PWD\" >> '" + builds + "'",
        "echo \"$@\" >> '" + goals + "'",
        "if [ -e '" + folder + "/broken' ]; then echo '[ERROR] no room on the disk'; exit 1; fi",
        "for m in proto cli benchmarks; do mkdir -p $m/target; echo > $m/target/unipin-$m-1-SNAPSHOT.jar; done",
        "echo '"
            + Files.writeString(folder.resolve("other.jar"), "")
            + "' | tee cli/target/classpath.txt > benchmarks/target/classpath.txt");
    script("jdk/bin/javac", "exit 0");
    script("jdk/bin/java", "printf '%s\\n' \"$@\"");
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  private void script(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The exit code of a run, and the text of its standard output and standard error. */
  private record Said(int code, String text) {
    String classpath() {
      List<String> lines = text.lines().toList();
      return lines.get(lines.indexOf("-cp") + 1);
    }
  }

  private Said run(Path root) throws IOException, InterruptedException {
    return run(root, "simulate", Map.of());
  }

  private Process start(Path root, String verb, Map<String, String> variables) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(root.resolve("unipin").toString(), verb).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
    environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
    environment.remove("UNIPIN_CHILD");
    environment.putAll(variables);
    return builder.start();
  }

  private Said run(Path root, String verb, Map<String, String> variables)
      throws IOException, InterruptedException {
    Process process = start(root, verb, variables);
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  private List<String> builds() throws IOException {
    return Files.exists(builds) ? Files.readAllLines(builds) : new ArrayList<>();
  }

  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("cp", "-a", from.toString(), to.toString()).start().waitFor())
        .isZero();
  }

  @Test
  void run_twice_buildsOnce() throws Exception {
    assertThat(run(checkout).classpath()).contains(checkout + "/.unipin/app.");
    assertThat(run(checkout).code()).isZero();
    assertThat(builds()).containsExactly(checkout.toString());
  }

  @Test
  void run_builtAnewBesideARunningProgram_leavesItsFilesUntilItEnds() throws Exception {
    script(
        "jdk/bin/java",
        "printf '%s\\n' \"$@\"",
        "[ -z \"$HELD\" ] || [ \"$8\" = request ] || sleep 30");
    Process held = start(checkout, "simulate", Map.of("HELD", "1"));
    Path files;
    try {
      String line = "";
      while (!line.contains("/.unipin/app.")) {
        line = held.inputReader(StandardCharsets.UTF_8).readLine();
      }
      files = Path.of(line.substring(0, line.lastIndexOf('/', line.indexOf(':'))));
      Files.writeString(checkout.resolve("pom.xml"), "<project> </project>");
      assertThat(run(checkout).classpath()).doesNotContain(files.toString());
      assertThat(files).isDirectory();
    } finally {
      held.destroy();
      held.waitFor();
    }
    Files.writeString(checkout.resolve("pom.xml"), "<project>  </project>");
    run(checkout);
    assertThat(files).doesNotExist();
  }

  @Test
  void run_copiedCheckout_buildsAnewAndRunsItsOwn() throws Exception {
    run(checkout);
    Path copy = folder.resolve("copy");
    copy(checkout, copy);
    assertThat(run(copy).classpath()).contains(copy + "/").doesNotContain(checkout + "/");
    assertThat(builds()).containsExactly(checkout.toString(), copy.toString());
    assertThat(run(checkout).classpath()).contains(checkout + "/").doesNotContain(copy + "/");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void run_renamedCheckout_buildsAnew() throws Exception {
    run(checkout);
    Path renamed = Files.move(checkout, folder.resolve("renamed"));
    assertThat(run(renamed).classpath()).contains(renamed + "/").doesNotContain(checkout + "/");
    assertThat(builds()).containsExactly(checkout.toString(), renamed.toString());
  }

  @Test
  void run_verb_buildsWhatItNeedsAlone() throws Exception {
    assertThat(run(checkout).classpath()).contains("cli").doesNotContain("benchmarks");
    assertThat(Files.readAllLines(goals)).singleElement().asString().contains(" -pl cli -am");
    assertThat(run(checkout, "bench", Map.of()).classpath()).contains("cli", "benchmarks");
    assertThat(Files.readAllLines(goals).get(1)).contains(" -pl benchmarks -am");
    for (String verb : List.of("simulate", "bench", "--help")) {
      assertThat(run(checkout, verb, Map.of()).code()).isZero();
    }
    assertThat(builds()).hasSize(2);
  }

  @Test
  void run_changedSources_buildAnewWhatNeedsThem() throws Exception {
    run(checkout, "bench", Map.of());
    Path source = Files.writeString(checkout.resolve("benchmarks").resolve("Timed.java"), "");
    run(checkout);
    assertThat(builds()).as("of what the verb does not need").hasSize(1);
    Files.move(source, checkout.resolve("cli").resolve("Timed.java"));
    run(checkout);
    assertThat(builds()).as("after an addition").hasSize(2);
    Files.writeString(checkout.resolve("cli").resolve("Timed.java"), "edited");
    run(checkout);
    assertThat(builds()).as("after an edit").hasSize(3);
    Files.delete(checkout.resolve("cli").resolve("Timed.java"));
    run(checkout);
    assertThat(builds()).as("after a removal").hasSize(4);
    Files.createDirectories(checkout.resolve("cli/src/test"));
    Files.writeString(checkout.resolve("cli/src/test/TimedTest.java"), "");
    run(checkout);
    assertThat(builds()).as("of tests").hasSize(4);
  }

  @Test
  void run_startedByOneOfOurs_runsTheSameBuild() throws Exception {
    Map<String, String> child = Map.of("UNIPIN_CHILD", "1");
    String classPath = run(checkout).classpath();
    Files.writeString(checkout.resolve("cli").resolve("Edited.java"), "");
    assertThat(run(checkout, "simulate", child).classpath()).isEqualTo(classPath);
    assertThat(builds()).hasSize(1);
    assertThat(run(checkout, "bench", child).classpath()).contains("benchmarks");
    assertThat(builds()).as("of what nothing built").hasSize(2);
  }

  @Test
  void run_besideJarsOfAnotherVersion_takesThoseOfTheLastBuild() throws Exception {
    Path target = Files.createDirectories(checkout.resolve("cli/target"));
    for (String version : List.of("0", "2")) {
      Path jar = target.resolve("unipin-cli-" + version + "-SNAPSHOT.jar");
      Files.setLastModifiedTime(Files.writeString(jar, ""), FileTime.from(Instant.EPOCH));
    }
    assertThat(run(checkout).classpath().split(":", -1))
        .filteredOn(entry -> entry.contains("unipin-cli-"))
        .singleElement()
        .asString()
        .endsWith("unipin-cli-1-SNAPSHOT.jar");
  }

  @Test
  void run_dependencyThatIsGone_buildsAnew() throws Exception {
    run(checkout);
    Files.delete(folder.resolve("other.jar"));
    run(checkout);
    assertThat(builds()).hasSize(2);
  }

  @Test
  void run_buildThatFails_saysWhyAndRunsNothing() throws Exception {
    Files.writeString(folder.resolve("broken"), "");
    Said said = run(checkout);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text())
        .contains("[ERROR] no room on the disk", "unipin: the build failed (all output: ");
    assertThat(said.text()).doesNotContain("-cp");
  }

  @Test
  void run_inALocaleWithoutUtf8_buildsAndRunsInOneOfUtf8() throws Exception {
    Map<String, String> variables = Map.of("LC_ALL", "C");
    script("jdk/bin/java", "echo \"locale $LC_ALL\"");
    assertThat(run(checkout, "simulate", variables).text()).contains("locale C.UTF-8");
    Path locale = folder.resolve("locale");
    script("bin/mvn", "echo $LC_ALL > '" + locale + "'", "exit 1");
    Files.writeString(checkout.resolve("pom.xml"), "<project> </project>");
    assertThat(run(checkout, "simulate", variables).code()).isEqualTo(1);
    assertThat(locale).hasContent("C.UTF-8");
  }

  @Test
  void run_stateThatIsNoFolder_saysSo() throws Exception {
    Files.writeString(checkout.resolve(".unipin"), "");
    Said said = run(checkout);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text().strip())
        .isEqualTo("unipin: a folder to write into expected, got " + checkout + "/.unipin");
  }

  @Test
  void moved_buildFolderOfAnotherCheckout_isEmptied() throws Exception {
    Path sources = Files.createDirectories(folder.resolve("native"));
    Path build = Files.createDirectories(folder.resolve("build"));
    Path cache = build.resolve("CMakeCache.txt");
    for (Path source : List.of(sources, folder.resolve("elsewhere"))) {
      Files.writeString(
          cache,
          "CMAKE_HOME_DIRECTORY:INTERNAL=%s\nCMAKE_CACHEFILE_DIR:INTERNAL=%s\n"
              .formatted(source, build));
      List<String> command = new ArrayList<>(List.of("cmake", "-DSOURCE=" + sources));
      command.addAll(List.of("-DBUILD=" + build, "-P"));
      command.add(ROOT.resolve("ann-index/src/main/native/moved.cmake").toString());
      assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
      assertThat(Files.exists(cache)).isEqualTo(source.equals(sources));
    }
  }
}
