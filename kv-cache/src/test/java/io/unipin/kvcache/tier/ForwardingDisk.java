package io.unipin.kvcache.tier;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A disk that does what another one does. Tests override what they watch or disturb. */
class ForwardingDisk implements Disk {
  private final Disk disk;

  ForwardingDisk(Disk disk) {
    this.disk = disk;
  }

  @Override
  public void read(ByteBuffer to, long at) throws IOException {
    disk.read(to, at);
  }

  @Override
  public void write(ByteBuffer from, long at) throws IOException {
    disk.write(from, at);
  }

  @Override
  public void force() throws IOException {
    disk.force();
  }

  @Override
  public long size() throws IOException {
    return disk.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    disk.truncate(size);
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
