package io.unipin.kvcache.tier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Opens files and notes what happens to them, such as {@code "force chunks"}. A test can make the
 * writes to a file fail. Thread-safe.
 */
final class DiskLog {
  /** What happened, the earliest first, except writes. */
  final List<String> events = new CopyOnWriteArrayList<>();

  /** The writes to all files, the earliest first. */
  final List<Write> writes = new CopyOnWriteArrayList<>();

  private volatile String failing = "";

  /**
   * A write to a file.
   *
   * @param memory the array from which the bytes were written, not copied
   */
  record Write(String file, long at, int bytes, byte[] memory) {}

  /** Makes the writes to the file with this name fail, and those to all other files succeed. */
  void failing(String file) {
    failing = file;
  }

  void clear() {
    events.clear();
    writes.clear();
  }

  /** Returns how many files are open. */
  long open() {
    return count("open ") - count("close ");
  }

  private long count(String event) {
    return events.stream().filter(entry -> entry.startsWith(event)).count();
  }

  Disk open(Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    Disk disk = FileDisk.open(path);
    events.add("open " + name);
    return new Logged(name, disk);
  }

  private final class Logged extends ForwardingDisk {
    private final String name;

    Logged(String name, Disk disk) {
      super(disk);
      this.name = name;
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      if (failing.equals(name)) {
        throw new IOException("No space left on device");
      }
      if (from.arrayOffset() != 0) {
        throw new IllegalArgumentException("a whole array expected, got a part of one");
      }
      writes.add(new Write(name, at, from.remaining(), from.array()));
      super.write(from, at);
    }

    @Override
    public void force() throws IOException {
      events.add("force " + name);
      super.force();
    }

    @Override
    public void close() throws IOException {
      events.add("close " + name);
      super.close();
    }
  }
}
