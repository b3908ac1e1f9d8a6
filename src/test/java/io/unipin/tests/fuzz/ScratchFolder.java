package io.unipin.tests.fuzz;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary folder of a target. The folder is in memory if the machine has a file system in
 * memory.
 */
public record ScratchFolder(Path path) implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  public static ScratchFolder create() throws IOException {
    return new ScratchFolder(
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "unipin-fuzz")
            : Files.createTempDirectory("unipin-fuzz"));
  }

  /** Writes a file into the folder, and replaces an existing file of the same name. */
  public Path write(String name, byte[] content) throws IOException {
    Path file = path.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.write(file, content);
  }

  @Override
  public void close() throws IOException {
    FileTree.delete(path);
  }
}
