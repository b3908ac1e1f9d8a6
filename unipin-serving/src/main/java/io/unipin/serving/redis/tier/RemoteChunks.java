package io.unipin.serving.redis.tier;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.security.MacKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The chunks in Redis that hold rows for one request. Confined to one thread. */
final class RemoteChunks implements KvTier.Held {
  private static final Logger logger = LoggerFactory.getLogger(RemoteChunks.class);
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

  /**
   * Asks for each chunk by a command of its own, so that a chunk is checked and copied while Redis
   * sends the next chunks.
   */
  @Override
  public KvTier.Loaded load(HostRows block, int from) {
    Loading loading = new Loading(block, from);
    Duration patience = wanted.patience();
    if (!patience.isNegative() && !patience.isZero()) {
      try {
        source.link().readEach(redis -> commands(redis, first(from)), wanted::patience, loading);
      } catch (IOException e) {
        logger.debug("the caller encodes the rows that are missing", e);
      }
    }
    return loading.loaded();
  }

  private List<RedisFuture<List<KeyValue<byte[], byte[]>>>> commands(
      RedisClusterAsyncCommands<byte[], byte[]> redis, int first) {
    byte[] user = TierKeys.user(entry.user());
    return IntStream.range(first, chunks.size())
        .mapToObj(place -> redis.hmget(user, TierKeys.chunk(entry.model(), place)))
        .toList();
  }

  /** The chunks of one load that have arrived. */
  private final class Loading implements Predicate<List<KeyValue<byte[], byte[]>>> {
    private final HostRows block;
    private final int from;
    private int place;
    private int valid;
    private long bytes;
    private float @Nullable [] state;

    Loading(HostRows block, int from) {
      this.block = block;
      this.from = from;
      this.place = first(from);
      this.valid = from;
    }

    /** Copies the next chunk. Returns false if its bytes are missing or wrong. */
    @Override
    public boolean test(List<KeyValue<byte[], byte[]>> answer) {
      byte[] sealed = answer.get(0).getValueOrElse(NOTHING);
      ChunkName chunk = chunks.get(place++);
      if (!isRight(sealed, chunk)) {
        return false;
      }
      ChunkBytes.copyRows(sealed, chunk, block, from);
      bytes += sealed.length;
      valid = chunk.end();
      if (valid == wanted.rows() && chunk.stateSize() > 0) {
        state = ChunkBytes.state(sealed, chunk, block.layout());
      }
      return true;
    }

    KvTier.Loaded loaded() {
      return new KvTier.Loaded(valid, state, bytes);
    }
  }

  /**
   * Whether the bytes belong to the chunk. Missing bytes are no failure, and neither are bytes of
   * another chunk with a valid signature. The reason is that a server may have written the entry
   * meanwhile.
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
