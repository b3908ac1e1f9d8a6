package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.TokenHashes;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rows of its entry a chunk holds: rows {@code [start, end)}. {@code start} is a multiple of
 * {@link KvTier#CHUNK_ROWS}, and only the last chunk of an entry has fewer rows than that.
 * Immutable.
 *
 * @param hash hash of the tokens 0 to {@code end} - 1
 * @param stateSize how many numbers the state after row {@code end} - 1 has, 0 without a state
 */
public record ChunkName(int end, Id hash, int stateSize) {
  /**
   * Returns the name of the chunk that ends before row {@code end}. If the rows have a state (the
   * model's state after the last row), only their last chunk holds it.
   */
  public static ChunkName of(KvSnapshot rows, int end) {
    float[] state = rows.state();
    boolean last = end == rows.hashes().size();
    return new ChunkName(end, hash(rows.hashes(), end), last && state != null ? state.length : 0);
  }

  static Id hash(TokenHashes tokens, int end) {
    return new Id(tokens.first(end - 1), tokens.second(end - 1));
  }

  /** Returns the first row. */
  public int start() {
    return (end - 1) / KvTier.CHUNK_ROWS * KvTier.CHUNK_ROWS;
  }

  /** Returns the number of rows. */
  public int rows() {
    return end - start();
  }

  /** Whether the chunk holds rows of these tokens. */
  public boolean isOf(TokenHashes tokens) {
    return end <= tokens.size() && hash.equals(hash(tokens, end));
  }

  /**
   * Whether a tier that stores these rows can keep the chunk unchanged. The chunk holds some of the
   * rows.
   */
  public boolean isKeptFor(KvSnapshot rows) {
    boolean last = end == rows.hashes().size();
    return last ? stateSize > 0 || rows.state() == null : rows() == KvTier.CHUNK_ROWS;
  }

  /** Returns the names of the chunks of these rows, without the first {@code kept} chunks. */
  public static List<ChunkName> after(int kept, KvSnapshot rows) {
    List<ChunkName> chunks = new ArrayList<>();
    int all = rows.hashes().size();
    int end = kept * KvTier.CHUNK_ROWS;
    while (end < all) {
      end = Math.min(end + KvTier.CHUNK_ROWS, all);
      chunks.add(of(rows, end));
    }
    return chunks;
  }
}
