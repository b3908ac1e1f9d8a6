package io.unipin.benchmarks.measure;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder that is deleted with its content when it is closed. */
public record ScratchFolder(Path path) implements AutoCloseable {
  public static ScratchFolder create(String name) throws IOException {
    return new ScratchFolder(Files.createTempDirectory("unipin-" + name));
  }

  @Override
  public void close() throws IOException {
    FileTree.delete(path);
  }
}
