package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.TokenHashes;

/**
 * One chunk of an entry: rows {@code [start, end)} of its user. Thread-safe.
 *
 * <p>{@code start} is a multiple of {@link KvTier#CHUNK_ROWS}, and only the last chunk of an entry
 * has fewer rows than that.
 */
final class StoredChunk {
  private final int end;
  private final Id hash;
  private final int bytes;
  private final int checksum;
  private final int stateSize;
  private final int[] pages;
  private volatile boolean broken;

  /**
   * @param hash hash after token {@code end} - 1
   * @param bytes bytes of the chunk, header and state included
   * @param checksum CRC-32C of these bytes
   * @param stateSize numbers of the state after row {@code end} - 1, 0 without a state
   * @param pages pages of the chunk, in order; owned by the chunk
   */
  StoredChunk(int end, Id hash, int bytes, int checksum, int stateSize, int[] pages) {
    this.end = end;
    this.hash = hash;
    this.bytes = bytes;
    this.checksum = checksum;
    this.stateSize = stateSize;
    this.pages = pages;
  }

  int start() {
    return (end - 1) / KvTier.CHUNK_ROWS * KvTier.CHUNK_ROWS;
  }

  int end() {
    return end;
  }

  int rows() {
    return end - start();
  }

  Id hash() {
    return hash;
  }

  int bytes() {
    return bytes;
  }

  int checksum() {
    return checksum;
  }

  int stateSize() {
    return stateSize;
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
    return end <= tokens.size() && hash.equals(hash(tokens, end));
  }

  static Id hash(TokenHashes tokens, int end) {
    return new Id(tokens.first(end - 1), tokens.second(end - 1));
  }
}
