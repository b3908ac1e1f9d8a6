package io.unipin.cli.console;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Creates and empties work folders of commands. */
public final class Folders {
  /** The name of the file that marks a folder as created by this program. */
  private static final String MARK = ".unipin-work";

  private Folders() {}

  /**
   * Returns an empty folder. Empties an existing folder if this program created it, and refuses any
   * other folder that is not empty.
   */
  public static Path fresh(Path folder) throws IOException {
    if (Files.exists(folder)) {
      requireOurs(folder);
      FileTree.delete(folder);
    }
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(MARK));
    return folder;
  }

  /** Refuses a folder that is not empty and was not created by this program. */
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
