package io.unipin.feedlog.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpillFolderTest {
  @TempDir Path folder;

  /** Makes a folder of each kind, writes to them, and waits until it is ended. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      SpillFolder beside = SpillFolder.beside(Path.of(arguments[0]));
      SpillFolder other = SpillFolder.create();
      Files.writeString(Files.createDirectory(beside.path().resolve("draft")).resolve("a"), "a");
      Files.writeString(other.path().resolve("b"), "b");
      System.out.println(beside.path());
      System.out.println(other.path());
      System.in.transferTo(OutputStream.nullOutputStream()); // the test never ends the input
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Child.class.getName(),
            folder.resolve("log").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static List<Path> folders(Process child) throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    return List.of(
        Path.of(Objects.requireNonNull(said.readLine())),
        Path.of(Objects.requireNonNull(said.readLine())));
  }

  private List<Path> beside() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void processEndedBySignal_leavesNoFolder() throws Exception {
    Process child = start();
    List<Path> made = folders(child);
    assertThat(made).allSatisfy(path -> assertThat(path).isDirectory());
    child.destroy();
    child.waitFor();
    assertThat(made).noneMatch(Files::exists);
    assertThat(beside()).isEmpty();
  }

  @Test
  void beside_afterAKill_deletesWhatTheProcessLeft() throws Exception {
    Process killed = start();
    Path left = folders(killed).get(0);
    try (SpillFolder mine = SpillFolder.beside(folder.resolve("log"))) {
      assertThat(left).as("its process lives").isDirectory();
      killed.destroyForcibly();
      killed.waitFor();
      Path strange = Files.createDirectory(folder.resolve(".log.mine"));
      try (SpillFolder next = SpillFolder.beside(folder.resolve("log"))) {
        assertThat(beside()).containsOnly(mine.path(), next.path(), strange);
      }
      Files.delete(strange);
    }
    assertThat(beside()).isEmpty();
  }
}
