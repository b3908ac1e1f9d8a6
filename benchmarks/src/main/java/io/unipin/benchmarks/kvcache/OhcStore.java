package io.unipin.benchmarks.kvcache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.caffinitas.ohc.CacheSerializer;
import org.caffinitas.ohc.DirectValueAccess;
import org.caffinitas.ohc.OHCache;
import org.caffinitas.ohc.OHCacheBuilder;

/**
 * A store that uses OHC, an off-heap cache of immutable values. A value that grows is written again
 * as a whole. Reads do not copy.
 */
final class OhcStore extends UserStore {
  private static final int VALUE_BYTES = PLANES * ROWS * ROW_FLOATS * Float.BYTES;
  private static final long CAPACITY = 320L << 20;

  private final ByteBuffer source = Sources.direct(ROWS);
  private final OHCache<Integer, ByteBuffer> cache =
      OHCacheBuilder.<Integer, ByteBuffer>newBuilder()
          .keySerializer(new Keys())
          .valueSerializer(new Values())
          .capacity(CAPACITY)
          .segmentCount(2)
          .build();

  private static final class Keys implements CacheSerializer<Integer> {
    @Override
    public void serialize(Integer value, ByteBuffer buffer) {
      buffer.putInt(value);
    }

    @Override
    public Integer deserialize(ByteBuffer buffer) {
      return buffer.getInt();
    }

    @Override
    public int serializedSize(Integer value) {
      return Integer.BYTES;
    }
  }

  private static final class Values implements CacheSerializer<ByteBuffer> {
    @Override
    public void serialize(ByteBuffer value, ByteBuffer buffer) {
      buffer.put(value.duplicate());
    }

    @Override
    public ByteBuffer deserialize(ByteBuffer buffer) {
      return buffer;
    }

    @Override
    public int serializedSize(ByteBuffer value) {
      return value.remaining();
    }
  }

  @Override
  long acquire(int user) {
    try (DirectValueAccess value = cache.getDirect(user)) {
      if (value == null) {
        throw new IllegalStateException("user " + user + " expected");
      }
      return value.buffer().remaining();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void put(int user) {
    cache.put(user, source.duplicate().limit(VALUE_BYTES));
  }

  @Override
  void append(int user) {
    put(user);
  }

  @Override
  public void close() {
    try {
      cache.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
