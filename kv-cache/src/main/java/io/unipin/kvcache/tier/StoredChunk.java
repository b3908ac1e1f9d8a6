package io.unipin.kvcache.tier;

import io.unipin.kvcache.TokenHashes;

/** One chunk of an entry in the files. Thread-safe. */
final class StoredChunk {
  private final ChunkName name;
  private final int bytes;
  private final int checksum;
  private final int[] pages;
  private volatile boolean broken;

  /**
   * @param bytes bytes of the chunk, header and state included
   * @param checksum CRC-32C of these bytes
   * @param pages pages of the chunk, in order; owned by the chunk
   */
  StoredChunk(ChunkName name, int bytes, int checksum, int[] pages) {
    this.name = name;
    this.bytes = bytes;
    this.checksum = checksum;
    this.pages = pages;
  }

  ChunkName name() {
    return name;
  }

  int end() {
    return name.end();
  }

  int bytes() {
    return bytes;
  }

  int checksum() {
    return checksum;
  }

  int[] pages() {
    return pages;
  }

  /** Whether the chunk's bytes failed verification. Such a chunk is not read again. */
  boolean isBroken() {
    return broken;
  }

  void markBroken() {
    broken = true;
  }

  /** Whether the chunk holds rows of these tokens. */
  boolean isOf(TokenHashes tokens) {
    return name.isOf(tokens);
  }
}
