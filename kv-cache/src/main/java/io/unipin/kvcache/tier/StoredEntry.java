package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.TokenHashes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The chunks of one user under one model, in order. Immutable.
 *
 * @param shape layers, heads, dimension and type of the rows in one number
 */
record StoredEntry(EntryName name, long shape, List<StoredChunk> chunks) {
  StoredEntry {
    chunks = List.copyOf(chunks);
  }

  /** Returns the entry's first chunks that hold rows of these tokens. */
  List<StoredChunk> agreeing(TokenHashes tokens, KvLayout layout) {
    int count = 0;
    if (shape == ChunkBytes.shape(layout)) {
      while (count < chunks.size() && isGood(chunks.get(count), tokens)) {
        count++;
      }
    }
    return chunks.subList(0, count);
  }

  private static boolean isGood(StoredChunk chunk, TokenHashes tokens) {
    return !chunk.isBroken() && chunk.isOf(tokens);
  }

  /** Returns the first chunks of the entry that the tier can keep when it stores these rows. */
  List<StoredChunk> kept(KvSnapshot rows) {
    List<StoredChunk> kept = new ArrayList<>();
    for (StoredChunk chunk : agreeing(rows.hashes(), rows.layout())) {
      if (chunk.name().isKeptFor(rows)) {
        kept.add(chunk);
      }
    }
    return kept;
  }

  /** Returns the pages of the chunks from an index on. */
  int[] pagesFrom(int first) {
    return chunks.stream().skip(first).flatMapToInt(c -> IntStream.of(c.pages())).toArray();
  }
}
