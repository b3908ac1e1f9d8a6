package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.Id;
import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The list of a user's chunks for one model, in order. Immutable.
 *
 * <p>Format 1, numbers big-endian: byte 1 (the format), byte 0 or 1 (whether rows are big-endian),
 * long shape, int number of chunks; per chunk int end, 16 bytes hash, int size of the state.
 *
 * @param shape {@link ChunkBytes#shape} of the rows
 */
record TierIndex(long shape, List<ChunkName> chunks) {
  static final TierIndex EMPTY = new TierIndex(0, List.of());

  private static final int FORMAT = 1;
  private static final int ORDER = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1;
  private static final int HEADER_BYTES = 2 + Long.BYTES + Integer.BYTES;
  private static final int CHUNK_BYTES = 2 * Integer.BYTES + Id.BYTES;

  TierIndex {
    chunks = List.copyOf(chunks);
  }

  /**
   * Reads a list. If the list has another format, or its rows have another byte order, the result
   * is empty.
   *
   * @throws MalformedBytesException when the bytes are damaged
   */
  static TierIndex read(byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    if (in.int8() != FORMAT || in.int8() != ORDER) {
      return EMPTY;
    }
    long shape = in.int64();
    int count = in.count32(CHUNK_BYTES);
    List<ChunkName> chunks = new ArrayList<>(count);
    for (int place = 0; place < count; place++) {
      ChunkName chunk = new ChunkName(in.int32(), new Id(in.int64(), in.int64()), in.int32());
      boolean isLast = place == count - 1;
      if (chunk.end() < 1
          || chunk.stateSize() < 0
          || chunk.start() != place * KvTier.CHUNK_ROWS
          || (!isLast && chunk.rows() != KvTier.CHUNK_ROWS)) {
        throw new MalformedBytesException(
            "chunk %s of %s rows expected, got one that ends at %s"
                .formatted(place, KvTier.CHUNK_ROWS, chunk.end()));
      }
      chunks.add(chunk);
    }
    in.end();
    return new TierIndex(shape, chunks);
  }

  byte[] write() {
    ByteWriter out =
        new ByteWriter(HEADER_BYTES + chunks.size() * CHUNK_BYTES)
            .int8(FORMAT)
            .int8(ORDER)
            .int64(shape)
            .int32(chunks.size());
    for (ChunkName chunk : chunks) {
      out.int32(chunk.end()).int64(chunk.hash().first()).int64(chunk.hash().second());
      out.int32(chunk.stateSize());
    }
    return out.toByteArray();
  }

  /** Returns the first chunks that hold rows of these tokens. */
  List<ChunkName> agreeing(TokenHashes tokens, KvLayout layout) {
    int count = 0;
    if (shape == ChunkBytes.shape(layout)) {
      while (count < chunks.size() && chunks.get(count).isOf(tokens)) {
        count++;
      }
    }
    return chunks.subList(0, count);
  }

  /** Returns the first chunks that can stay when these rows are stored. */
  List<ChunkName> kept(KvSnapshot rows) {
    return agreeing(rows.hashes(), rows.layout()).stream()
        .filter(chunk -> chunk.isKeptFor(rows))
        .toList();
  }
}
