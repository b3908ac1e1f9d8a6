package io.unipin.ann;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * An index of FAISS. A factory string names its kind: {@code Flat}, {@code HNSW32},
 * {@code IVF256,Flat}, {@code IVF64,SQ8}, …
 *
 * <p>A search applies its filter while it searches, not afterwards. {@code Flat} is exact to float
 * rounding. The breadth of a search of HNSW or IVF trades speed for recall. The default breadth is
 * 64 for HNSW and a sixteenth of the lists for IVF. If few items pass a filter, HNSW scores exactly
 * these items, so the result is exact. HNSW has its best recall among vectors of equal Euclidean
 * length, such as UniPin's vectors.
 *
 * <p>Thread-safe. Each search runs on the calling thread alone. The index holds native memory, so
 * it must be closed.
 */
public final class FaissIndex implements BaseIndex {
  private final FaissHandle handle;
  private final IdTable ids;
  private final String description;

  private FaissIndex(FaissHandle handle, IdTable ids, String description) {
    this.handle = handle;
    this.ids = ids;
    this.description = description;
  }

  /**
   * Trains an index on the vectors and adds the vectors to it.
   *
   * @param vectors (ids.length, dimension) row major, finite
   * @param ids distinct ids, none of them -1
   * @throws AnnException if FAISS does not know the kind, or cannot build an index of this kind
   *     from these vectors
   */
  public static FaissIndex build(
      String factory, float[] vectors, int dimension, long[] ids, FaissBuild options) {
    Vectors.checkDimension(dimension);
    Vectors.check("vectors", vectors, ids.length, dimension);
    IndexFile.checkDescription(factory);
    IdTable table = IdTable.of(ids);
    try {
      return new FaissIndex(
          FaissHandle.build(factory, vectors, dimension, ids.length, options), table, factory);
    } catch (AnnException e) {
      throw new AnnException(
          "index '"
              + factory
              + "' cannot be built of "
              + ids.length
              + " vectors: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Reads an index that {@link #save} wrote. The whole file is verified before FAISS reads any byte
   * of it. The load needs as many bytes of heap as the file has.
   *
   * @throws AnnException if the file cannot be read, is damaged, or is not an index file
   */
  public static FaissIndex load(Path file) {
    IndexFile content = IndexFile.read(file);
    FaissHandle handle;
    try {
      handle = FaissHandle.read(content.description(), content.payload());
    } catch (AnnException e) {
      throw new AnnException(
          "index file " + file.getFileName() + " cannot be loaded: " + e.getMessage(), e);
    }
    if (handle.dimension() != content.dimension() || handle.size() != content.ids().size()) {
      String found = handle.size() + " vectors of dimension " + handle.dimension();
      handle.close();
      throw new AnnException(
          "index file "
              + file.getFileName()
              + " is damaged: "
              + content.ids().size()
              + " vectors of dimension "
              + content.dimension()
              + " expected, got "
              + found);
    }
    return new FaissIndex(handle, content.ids(), content.description());
  }

  /**
   * Writes the index with a checksum. The file appears whole or not at all, and is on the disk when
   * this method returns. It replaces an older file of this path.
   *
   * @throws AnnException if the file cannot be written
   */
  public void save(Path file) {
    IndexFile.write(file, description, dimension(), ids, handle::write);
  }

  /** Returns the number of bytes that FAISS writes for the index; the ids are not part of them. */
  long bytes() {
    CountingStream counter = new CountingStream();
    handle.write(counter);
    return counter.bytes();
  }

  @Override
  public int dimension() {
    return handle.dimension();
  }

  @Override
  public IdTable ids() {
    return ids;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public AnnResult search(
      float[] queries, int queryCount, int wanted, int breadth, OrdinalFilter filter) {
    Vectors.check("queries", queries, queryCount, dimension());
    int cells = Vectors.cells(queryCount, wanted);
    int k = Math.min(wanted, filter.passing());
    int[] ordinals = new int[queryCount * k];
    float[] scores = new float[queryCount * k];
    handle.search(queries, queryCount, k, breadth, filter, ordinals, scores);

    long[] foundIds = new long[cells];
    float[] foundScores = new float[cells];
    Arrays.fill(foundIds, AnnResult.NO_ID);
    Arrays.fill(foundScores, Float.NEGATIVE_INFINITY);
    for (int query = 0; query < queryCount; query++) {
      int from = query * wanted;
      for (int rank = 0; rank < k && ordinals[query * k + rank] >= 0; rank++) {
        insert(
            foundIds,
            foundScores,
            from,
            rank,
            ids.id(ordinals[query * k + rank]),
            scores[query * k + rank]);
      }
    }
    return new AnnResult(queryCount, wanted, foundIds, foundScores);
  }

  @Override
  public void close() {
    handle.close();
  }

  /**
   * Inserts one more result into a row that holds {@code filled} results. FAISS orders results by
   * score, but leaves results of equal score in no particular order.
   */
  private static void insert(
      long[] ids, float[] scores, int from, int filled, long id, float score) {
    int place = from + filled;
    while (place > from
        && (scores[place - 1] < score || (scores[place - 1] == score && ids[place - 1] > id))) {
      ids[place] = ids[place - 1];
      scores[place] = scores[place - 1];
      place--;
    }
    ids[place] = id;
    scores[place] = score;
  }
}
