package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.tier.ChunkBytes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.security.MacKeys;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A chunk with a signature: its {@link ChunkBytes}, then the first 16 bytes of their HMAC. */
final class SealedChunk {
  private static final int SEAL_BYTES = 16;

  private SealedChunk() {}

  static int size(KvLayout layout, ChunkName chunk) {
    return ChunkBytes.size(layout, chunk) + SEAL_BYTES;
  }

  static byte[] write(MacKeys keys, EntryName entry, ChunkName chunk, KvSnapshot rows) {
    byte[] sealed = new byte[size(rows.layout(), chunk)];
    ByteBuffer buffer = ByteBuffer.wrap(sealed);
    ChunkBytes.write(buffer, entry, chunk, rows);
    byte[] seal = keys.sign(ByteBuffer.wrap(sealed, 0, buffer.position()));
    buffer.put(seal, 0, SEAL_BYTES);
    return sealed;
  }

  /** Whether the bytes are a chunk that a server with the same secret wrote. */
  static boolean isGenuine(MacKeys keys, byte[] sealed) {
    int size = sealed.length - SEAL_BYTES;
    return size > 0
        && keys.verify(
            Arrays.copyOfRange(sealed, size, sealed.length), ByteBuffer.wrap(sealed, 0, size));
  }
}
