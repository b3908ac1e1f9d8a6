package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.redis.RedisValues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the arguments of {@code write.lua} for the chunks of one entry, in order. Confined to one
 * thread.
 */
final class ChunkWrites {
  private final EntryName entry;
  private final Times times;
  private final TierIndex old;
  private final List<ChunkName> chunks = new ArrayList<>();
  private byte[] seen;
  private long shape;

  /**
   * Whether the arguments of an earlier write already remove the fields of old chunks that the new
   * list does not use.
   */
  private boolean trimmed;

  private int total;

  /**
   * The times that a write passes to Redis.
   *
   * @param nowMs time of the write, in milliseconds since 1970
   * @param timeToLive rows that were not written again for this time are removed
   */
  record Times(long nowMs, Duration timeToLive) {}

  /**
   * @param old list of the chunks in Redis
   * @param seen bytes of this list; empty if there is no list
   */
  ChunkWrites(EntryName entry, Times times, TierIndex old, byte[] seen) {
    this.entry = entry;
    this.times = times;
    this.old = old;
    this.seen = seen;
  }

  /**
   * Begins to write rows. Returns the chunks to write.
   *
   * @param anew whether to replace all chunks in Redis
   */
  List<ChunkName> begin(KvSnapshot rows, boolean anew) {
    shape = ChunkBytes.shape(rows.layout());
    if (!anew) {
      chunks.addAll(old.kept(rows));
    }
    List<ChunkName> missing = ChunkName.after(chunks.size(), rows);
    total = chunks.size() + missing.size();
    return missing;
  }

  /** Returns the arguments of a write that only notes that the rows are in use. */
  byte[][] renewal() {
    return begun(seen).toArray(byte[][]::new);
  }

  /** Returns the arguments of the write of the next chunk. */
  byte[][] next(ChunkName chunk, byte[] sealed) {
    byte[] field = TierKeys.chunk(entry.model(), chunks.size());
    chunks.add(chunk);
    byte[] list = new TierIndex(shape, chunks).write();
    List<byte[]> values = begun(list);
    values.add(field);
    values.add(sealed);
    for (int place = total; !trimmed && place < old.chunks().size(); place++) {
      values.add(TierKeys.chunk(entry.model(), place));
    }
    trimmed = true;
    seen = list;
    return values.toArray(byte[][]::new);
  }

  private List<byte[]> begun(byte[] list) {
    List<byte[]> values = new ArrayList<>();
    values.add(TierKeys.prefix(entry.model()));
    values.add(RedisValues.bytes(times.nowMs()));
    values.add(RedisValues.bytes(times.timeToLive().toMillis()));
    values.add(seen);
    values.add(list);
    return values;
  }
}
