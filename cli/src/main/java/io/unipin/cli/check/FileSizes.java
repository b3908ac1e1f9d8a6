package io.unipin.cli.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Measures input files. Commands estimate the size of their output from the size of their input.
 */
public final class FileSizes {
  private FileSizes() {}

  /**
   * Returns the number of bytes of a file, or of all files below a folder. The file or folder may
   * be a link. Links to folders below a folder do not count. Returns 0 if the file or folder does
   * not exist or can't be read.
   */
  public static long below(Path folder, String... path) {
    Path from = folder;
    for (String name : path) {
      from = from.resolve(name);
    }
    if (!Files.exists(from)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(from.toRealPath())) {
      return files.filter(Files::isRegularFile).mapToLong(FileSizes::size).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // what is wrong with the files is reported by the code that reads them
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // the file was deleted in the meantime
    }
  }
}
