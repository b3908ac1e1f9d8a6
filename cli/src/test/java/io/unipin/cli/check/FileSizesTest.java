package io.unipin.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSizesTest {
  @TempDir Path folder;

  @Test
  void below_folderFileOrLink_isTheSizeOfTheFiles() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("bundle").resolve("model"));
    Files.writeString(bundle.resolve("weights"), "12345");
    Files.writeString(folder.resolve("bundle").resolve("manifest"), "123");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("bundle"));
    assertThat(FileSizes.below(folder, "bundle")).isEqualTo(8);
    assertThat(FileSizes.below(folder, "bundle", "manifest")).isEqualTo(3);
    assertThat(FileSizes.below(link)).isEqualTo(8);
    assertThat(FileSizes.below(link, "model")).isEqualTo(5);
    assertThat(FileSizes.below(folder)).as("links below are not followed").isEqualTo(8);
    assertThat(FileSizes.below(folder, "none")).isZero();
  }

  /** A path can be too long to be opened. So a folder can exist that nobody can walk through. */
  @Test
  void below_folderThatCantBeRead_isZero() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.writeString(inner.resolve("f".repeat(200)), "12345");
    Path deep = folder;
    while (deep.toString().length() < 3900) {
      deep = deep.resolve("d".repeat(100));
    }
    Files.createDirectories(deep);
    Path moved = Files.move(inner, deep.resolve("inner"));
    try {
      assertThat(FileSizes.below(folder)).isZero();
    } finally {
      Files.move(moved, inner); // so that the folder can be deleted
    }
  }
}
