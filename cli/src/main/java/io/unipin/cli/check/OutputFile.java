package io.unipin.cli.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a small output file of a command. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Writes text to a file, completely or not at all. Creates the folders above the file. If the
   * file is a device or pipe, writes into it instead of replacing it.
   *
   * @throws CheckException when the file can't be written; the message says in which file the text
   *     is kept, and how to move that file
   */
  public static void write(Path file, String text) {
    try {
      place(file, text);
    } catch (IOException e) {
      throw new CheckException(
          "%s can't be written: %s%s".formatted(file, reason(e), kept(file, text)), e);
    }
  }

  private static void place(Path file, String text) throws IOException {
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      Files.writeString(target, text);
      return;
    }
    if (target.getParent() != null) {
      Files.createDirectories(target.getParent());
    }
    Path temporary =
        target.resolveSibling(target.getFileName() + ".tmp-" + ProcessHandle.current().pid());
    try {
      Files.writeString(temporary, text, StandardCharsets.UTF_8);
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String kept(Path file, String text) {
    try {
      Path kept = Files.createTempFile("unipin-", "-" + file.getFileName());
      Files.writeString(kept, text);
      return "; its content is kept: cp %s %s".formatted(kept, file);
    } catch (IOException e) {
      return ", nor kept elsewhere: " + reason(e);
    }
  }

  /**
   * Returns the operating system's reason for a failure. If the reason begins with a path, leaves
   * the path out.
   */
  public static String reason(IOException failure) {
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    String kind = failure.getClass().getSimpleName();
    return failure.getMessage() == null || failure instanceof FileSystemException
        ? kind
        : failure.getMessage();
  }
}
