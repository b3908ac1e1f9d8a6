package io.unipin.cli.console;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders that a verb makes and empties. */
public final class Folders {
  /** Marks a folder as ours to empty. */
  private static final String MARK = ".unipin-work";

  private Folders() {}

  /** Makes an empty folder; one that is there is emptied when an earlier call made it, and refused otherwise. */
  public static Path fresh(Path folder) throws IOException {
    if (Files.exists(folder)) {
      requireOurs(folder);
      FileTree.delete(folder);
    }
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(MARK));
    return folder;
  }

  /** Refuses a folder that we did not make and that holds something. */
  public static void requireOurs(Path folder) {
    if (Files.exists(folder) && !Files.exists(folder.resolve(MARK)) && !isEmpty(folder)) {
      throw new CommandException("a new or empty folder expected, but " + folder + " holds files");
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new CommandException(folder + " can't be listed: " + e.getMessage(), e);
    }
  }
}
