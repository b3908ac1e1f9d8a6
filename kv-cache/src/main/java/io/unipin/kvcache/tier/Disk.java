package io.unipin.kvcache.tier;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file that is read and written at positions. Thread-safe. */
interface Disk extends Closeable {
  /** Opens a file, and creates it if it does not exist. */
  interface Opener {
    Disk open(Path file) throws IOException;
  }

  /**
   * Fills the buffer from a position on.
   *
   * @throws java.io.EOFException if the file ends before the buffer is full
   */
  void read(ByteBuffer to, long at) throws IOException;

  /** Writes the whole buffer at a position. The file grows if it is shorter. */
  void write(ByteBuffer from, long at) throws IOException;

  /** Returns when everything that was written is on the disk. */
  void force() throws IOException;

  long size() throws IOException;

  /** Shortens the file to a size. Does nothing if the file is not longer than this size. */
  void truncate(long size) throws IOException;
}
