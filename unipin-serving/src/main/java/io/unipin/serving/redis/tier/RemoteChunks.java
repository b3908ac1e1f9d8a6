package io.unipin.serving.redis.tier;

import io.lettuce.core.KeyValue;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.kvcache.tier.Id;
import io.unipin.serving.security.MacKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The chunks in Redis that hold rows of one request. One thread. */
final class RemoteChunks implements KvTier.Held {
  private static final byte[] NOTHING = new byte[0];

  private final Source source;
  private final EntryName entry;
  private final List<ChunkName> chunks;
  private final Wanted wanted;

  /**
   * The parts that reading needs: connections, keys for signatures, and the notes of entries that
   * can't be read.
   */
  record Source(TierLink link, MacKeys keys, BrokenEntries broken) {}

  /**
   * The rows that the request wants, and its time limits.
   *
   * @param rows number of rows of the request
   * @param deadlineNanos time on {@link System#nanoTime} until which the request waits
   * @param timeout longest time that any request waits
   */
  record Wanted(KvLayout layout, int rows, long deadlineNanos, Duration timeout) {
    /** Returns the time that is left. It may be negative. */
    Duration patience() {
      Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
      return left.compareTo(timeout) < 0 ? left : timeout;
    }
  }

  /** @param chunks the entry's chunks that hold rows of the request, at least one */
  RemoteChunks(Source source, EntryName entry, List<ChunkName> chunks, Wanted wanted) {
    this.source = source;
    this.entry = entry;
    this.chunks = chunks;
    this.wanted = wanted;
  }

  private ChunkName last() {
    return chunks.get(chunks.size() - 1);
  }

  @Override
  public int rows() {
    return last().end();
  }

  @Override
  public boolean isWhole() {
    return last().end() == wanted.rows() && last().stateSize() > 0;
  }

  private int first(int from) {
    return from / KvTier.CHUNK_ROWS;
  }

  @Override
  public long bytes(int from) {
    return chunks.stream()
        .skip(first(from))
        .mapToLong(chunk -> SealedChunk.size(wanted.layout(), chunk))
        .sum();
  }

  @Override
  public KvTier.Loaded load(HostRows block, int from) {
    int valid = from;
    long bytes = 0;
    float[] state = null;
    int place = first(from);
    for (KeyValue<byte[], byte[]> read : read(place)) {
      ChunkName chunk = chunks.get(place++);
      if (!isRight(read.getValueOrElse(NOTHING), chunk)) {
        break;
      }
      ChunkBytes.copyRows(read.getValue(), chunk, block, from);
      bytes += read.getValue().length;
      valid = chunk.end();
      if (valid == wanted.rows() && chunk.stateSize() > 0) {
        state = ChunkBytes.state(read.getValue(), chunk, block.layout());
      }
    }
    return new KvTier.Loaded(valid, state, bytes);
  }

  private List<KeyValue<byte[], byte[]>> read(int first) {
    Duration patience = wanted.patience();
    if (patience.isNegative() || patience.isZero()) {
      return List.of();
    }
    Id model = entry.model();
    byte[][] fields = new byte[chunks.size() - first][];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = TierKeys.chunk(model, first + i);
    }
    try {
      return source
          .link()
          .read(redis -> redis.hmget(TierKeys.user(entry.user()), fields), patience);
    } catch (IOException e) {
      return List.of(); // the caller encodes the rows
    }
  }

  /**
   * Whether the bytes belong to the chunk. It is no failure if there are no bytes, or bytes of
   * another chunk with a valid signature: a server may have written the entry meanwhile.
   */
  private boolean isRight(byte[] sealed, ChunkName chunk) {
    if (sealed.length > 0 && !SealedChunk.isGenuine(source.keys(), sealed)) {
      source.broken().failed(entry);
      return false;
    }
    boolean right =
        sealed.length == SealedChunk.size(wanted.layout(), chunk)
            && ChunkBytes.isOf(sealed, entry, chunk);
    if (!right) {
      source.broken().lacks(entry);
    }
    return right;
  }
}
