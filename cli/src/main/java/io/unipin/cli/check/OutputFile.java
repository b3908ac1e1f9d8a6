package io.unipin.cli.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a small output file of a verb. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Writes text completely or not at all, and creates the folders above it. A device or pipe is
   * written to, not replaced.
   *
   * @throws CheckException when the file can't be written; the message names where the text is kept
   *     and how to move it
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

  /** Returns the system's reason, without the path that it may begin with. */
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
