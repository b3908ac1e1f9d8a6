package io.unipin.benchmarks.erasure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A folder with little room. If this process may mount a file system in memory, the folder is such
 * a file system.
 */
final class SmallDisk implements AutoCloseable {
  private static final String SIZE = "256k";

  private final Path folder;
  private final boolean mounted;

  private SmallDisk(Path folder, boolean mounted) {
    this.folder = folder;
    this.mounted = mounted;
  }

  static SmallDisk mount(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", folder.toString()) == 0;
    return new SmallDisk(folder, mounted);
  }

  Path folder() {
    return folder;
  }

  /** Returns whether the disk can become full. This is false if no file system could be mounted. */
  boolean fillsUp() {
    return mounted;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(1, TimeUnit.MINUTES) ? process.exitValue() : -1;
    } catch (IOException e) {
      return -1; // the machine has no such command
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (mounted) {
        run("umount", folder.toString());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
