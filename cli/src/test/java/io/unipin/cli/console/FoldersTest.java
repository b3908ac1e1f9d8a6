package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FoldersTest {
  @TempDir Path folder;

  @Test
  void fresh_emptiesItsOwnFolder() throws IOException {
    Path work = Folders.fresh(folder.resolve("work"));
    Files.writeString(Files.createDirectories(work.resolve("a/b")).resolve("c"), "x");
    Folders.fresh(work);
    assertThat(work.resolve("a")).doesNotExist();
  }

  @Test
  void fresh_leavesAnothersFolderAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("letter"), "x");
    assertThatThrownBy(() -> Folders.fresh(folder)).isInstanceOf(CommandException.class);
    assertThat(file).exists();
  }
}
