package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.redis.RedisValues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes the arguments of {@code write.lua} for the chunks of one entry, in order. One thread. */
final class ChunkWrites {
  private final EntryName entry;
  private final Duration timeToLive;
  private final TierIndex old;
  private final List<ChunkName> chunks = new ArrayList<>();
  private byte[] seen;
  private long shape;

  /** Whether the fields of the old list that the new one does not fill are removed. */
  private boolean trimmed;

  private int total;

  /**
   * @param old list of the chunks in Redis
   * @param seen bytes of this list, empty if there is none
   */
  ChunkWrites(EntryName entry, Duration timeToLive, TierIndex old, byte[] seen) {
    this.entry = entry;
    this.timeToLive = timeToLive;
    this.old = old;
    this.seen = seen;
  }

  /**
   * Begins to write rows. Returns the chunks to write.
   *
   * @param anew whether no chunk in Redis stays
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

  /** Returns the arguments that write the next chunk. */
  byte[][] next(ChunkName chunk, byte[] sealed) {
    byte[] field = TierKeys.chunk(entry.model(), chunks.size());
    chunks.add(chunk);
    byte[] list = new TierIndex(shape, chunks).write();
    List<byte[]> values = new ArrayList<>();
    values.add(TierKeys.index(entry.model()));
    values.add(seen);
    values.add(list);
    values.add(RedisValues.bytes(timeToLive.toMillis()));
    values.add(field);
    values.add(sealed);
    for (int place = total; !trimmed && place < old.chunks().size(); place++) {
      values.add(TierKeys.chunk(entry.model(), place));
    }
    trimmed = true;
    seen = list;
    return values.toArray(byte[][]::new);
  }
}
