package io.unipin.feedlog.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTreeTest {
  @TempDir Path folder;

  @Test
  void delete_folderWithALink_keepsWhatTheLinkNames() throws IOException {
    Path kept =
        Files.writeString(Files.createDirectory(folder.resolve("kept")).resolve("file"), "");
    Path tree = Files.createDirectories(folder.resolve("tree").resolve("inside"));
    Files.createSymbolicLink(tree.resolve("link"), folder.resolve("kept"));
    FileTree.delete(folder.resolve("tree"));
    FileTree.delete(folder.resolve("tree"));
    assertThat(folder.resolve("tree")).doesNotExist();
    assertThat(kept).exists();
  }

  /** A path can be too long to be opened. So a folder can exist that nobody can walk through. */
  @Test
  void delete_folderThatCantBeRead_throwsAnIoException() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.writeString(inner.resolve("f".repeat(200)), "");
    Path deep = folder.resolve("tree");
    while (deep.toString().length() < 3900) {
      deep = deep.resolve("d".repeat(100));
    }
    Files.createDirectories(deep);
    Path moved = Files.move(inner, deep.resolve("inner"));
    try {
      assertThatThrownBy(() -> FileTree.delete(folder.resolve("tree")))
          .isInstanceOf(IOException.class);
    } finally {
      Files.move(moved, inner); // so that the folder can be deleted
    }
  }
}
