package io.unipin.kvcache.tier;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvTier;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The chunks of an entry that hold rows for one request. Confined to one thread. */
final class HeldChunks implements KvTier.Held {
  private final Parts parts;
  private final StoredEntry entry;
  private final List<StoredChunk> chunks;
  private final int rows;

  /** The parts of a tier that reading needs. */
  record Parts(ChunkFile file, Holdings holdings, AtomicLong failures) {}

  /**
   * @param chunks the entry's chunks that hold rows of the request, at least one
   * @param rows number of rows of the request
   */
  HeldChunks(Parts parts, StoredEntry entry, List<StoredChunk> chunks, int rows) {
    this.parts = parts;
    this.entry = entry;
    this.chunks = chunks;
    this.rows = rows;
  }

  private StoredChunk last() {
    return chunks.get(chunks.size() - 1);
  }

  @Override
  public int rows() {
    return last().end();
  }

  @Override
  public boolean isWhole() {
    return last().end() == rows && last().name().stateSize() > 0;
  }

  @Override
  public long bytes(int from) {
    return chunks.stream()
        .filter(chunk -> chunk.end() > from)
        .mapToLong(chunk -> (long) chunk.pages().length * ChunkFile.PAGE_BYTES)
        .sum();
  }

  @Override
  public KvTier.Loaded load(HostRows block, int from) {
    int valid = from;
    long bytes = 0;
    float[] state = null;
    for (StoredChunk chunk : chunks) {
      if (chunk.end() <= from) {
        continue;
      }
      byte[] read = read(chunk);
      if (read.length == 0) {
        break;
      }
      ChunkBytes.copyRows(read, chunk.name(), block, from);
      bytes += (long) chunk.pages().length * ChunkFile.PAGE_BYTES;
      valid = chunk.end();
      if (valid == rows && chunk.name().stateSize() > 0) {
        state = ChunkBytes.state(read, chunk.name(), block.layout());
      }
    }
    return new KvTier.Loaded(valid, state, bytes);
  }

  /** Returns a chunk's bytes, or an empty array if they could not be read or verified. */
  private byte[] read(StoredChunk chunk) {
    byte[] read = new byte[0];
    try {
      read = parts.file().read(entry.name(), chunk);
    } catch (ClosedByInterruptException e) {
      return read; // the caller was interrupted, which says nothing about the chunk
    } catch (IOException e) {
      // An unreadable chunk is like a wrong chunk: the caller encodes its rows.
    }
    // If the entry was replaced or evicted meanwhile, other bytes are no failure.
    if (read.length == 0 && parts.holdings().has(entry)) {
      chunk.markBroken();
      parts.failures().incrementAndGet();
    }
    return read;
  }
}
