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
}
