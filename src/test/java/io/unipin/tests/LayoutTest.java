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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests {@code docker/layout.sh} in a copy of its files. A fake program takes the place of Maven.
 */
@Timeout(60)
final class LayoutTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));

  @TempDir Path folder;
  private Path checkout;
  private Path target;

  @BeforeEach
  void copy() throws IOException {
    checkout = folder.resolve("checkout");
    target = folder.resolve("install").resolve("unipin");
    for (String name :
        List.of(
            "docker/layout.sh", "docker/serve", "docker/healthy", "bin/build.sh", "bin/env.sh")) {
      Path copy = checkout.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(ROOT.resolve(name), copy);
    }
  }

  /** Runs the script with few rights for new files, and returns its exit code and its output. */
  private Said run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"));
    command.addAll(List.of("bash", checkout.resolve("docker/layout.sh").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  private record Said(int code, String text) {}

  private Path jar(String name, String content) throws IOException {
    Path jar = folder.resolve(name);
    Files.createDirectories(jar.getParent());
    return Files.writeString(jar, content);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private void layOut(Path... jars) throws IOException, InterruptedException {
    String classpath = String.join(":", Stream.of(jars).map(Path::toString).toList());
    Said said = run(target.toString(), classpath);
    assertThat(said.code()).as(said.text()).isZero();
  }

  @Test
  void layout_jarsOfALaterBuild_changeNothing() throws Exception {
    Path jar = jar("unipin-1.jar", "first");
    layOut(jar);
    Files.writeString(jar, "second");
    assertThat(target.resolve("lib/unipin-1.jar")).hasContent("first");
  }

  @Test
  void layout_overAnEarlierVersion_leavesNoneOfItsFiles() throws Exception {
    layOut(jar("library-1.jar", "one"), jar("gone.jar", ""));
    layOut(jar("library-2.jar", "two"));
    assertThat(names(target.resolve("lib"))).containsExactly("library-2.jar");
    assertThat(names(target)).containsExactly("bin", "lib");
    assertThat(names(folder.resolve("install"))).containsExactly("unipin");
  }

  @Test
  void layout_whateverTheRightsOfNewFiles_canBeReadByEveryUser() throws Exception {
    Path classes = Files.createDirectories(folder.resolve("module/target/classes"));
    Files.writeString(classes.resolve("A.class"), "");
    Path jar = jar("library.jar", "");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
    layOut(jar, classes);
    assertThat(names(target.resolve("lib"))).containsExactly("library.jar", "module.jar");
    assertThat(names(target.resolve("bin"))).containsExactly("env.sh", "healthy", "serve");
    try (Stream<Path> files = Files.walk(target)) {
      for (Path file : files.toList()) {
        boolean program = Files.isDirectory(file) || file.toString().matches(".*/(serve|healthy)");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(program ? "rwxr-xr-x" : "rw-r--r--");
      }
    }
  }

  @Test
  void layout_folderWithOtherFiles_isRefusedAndKept() throws Exception {
    Path jar = jar("library.jar", "");
    for (String other : List.of("bundles", ".hidden", "lib", "bin")) {
      Path file = Files.createDirectories(target).resolve(other);
      Files.writeString(file, "mine");
      Said said = run(target.toString(), jar.toString());
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.text()).contains("an empty folder or one of an earlier version expected");
      assertThat(file).hasContent("mine");
      Files.delete(file);
    }
    layOut(jar);
    assertThat(names(target)).containsExactly("bin", "lib");
  }

  @Test
  void layout_thatFails_keepsTheEarlierVersion() throws Exception {
    layOut(jar("library.jar", "old"));
    Path one = jar("one/library.jar", "");
    Said said = run(target.toString(), one + ":" + jar("two/library.jar", ""));
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text()).contains("two of the name library.jar");
    assertThat(run(target.toString(), one + ":" + folder.resolve("none.jar")).text())
        .contains("no " + folder.resolve("none.jar") + ": build first");
    assertThat(target.resolve("lib/library.jar")).hasContent("old");
    assertThat(names(folder.resolve("install"))).containsExactly("unipin");
  }

  private void maven(String... lines) throws IOException {
    Path maven = Files.writeString(folder.resolve("mvn"), "#!/bin/sh\n" + String.join("\n", lines));
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path built(String module, String version) throws IOException {
    Path jar = checkout.resolve(module + "/target/unipin-" + module + "-" + version + ".jar");
    Files.createDirectories(jar.getParent());
    return Files.writeString(jar, version);
  }

  @Test
  void layout_withoutAClassPath_builds() throws Exception {
    for (String module : Modules.IMAGE) {
      Path old = built(module, "9-SNAPSHOT");
      Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
      built(module, "10-SNAPSHOT");
    }
    Path other = jar("other.jar", "");
    Files.writeString(
        checkout.resolve("cli/target/classpath.txt"),
        checkout.resolve("proto/target/classes") + ":" + other + "\n");
    maven("echo '[ERROR] does not compile'", "exit 1");
    Said said = run(target.toString());
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text()).contains("does not compile");
    assertThat(target).as("made of the jars of an earlier build").doesNotExist();
    maven("exit 0");
    said = run(target.toString());
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(names(target.resolve("lib")))
        .hasSize(Modules.IMAGE.size() + 1)
        .contains("other.jar")
        .filteredOn(name -> name.startsWith("unipin-"))
        .allMatch(name -> name.endsWith("-10-SNAPSHOT.jar"));
  }
}
