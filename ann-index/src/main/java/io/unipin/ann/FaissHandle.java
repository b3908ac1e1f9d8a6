package io.unipin.ann;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Cleaner;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of one native index. Thread-safe.
 *
 * <p>Calls hold the read lock and {@link #close} holds the write lock, so an index is never freed
 * during a search. An owner that is garbage-collected without {@link #close} leaks its index, and
 * the log reports the leak.
 */
final class FaissHandle implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(FaissHandle.class);
  private static final Cleaner cleaner = Cleaner.create();
  private static final long CLOSED = 0;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final LeakReport leakReport;

  @GuardedBy("lock")
  private long address;

  private final int dimension;
  private final long size;

  private FaissHandle(String description, long address) {
    this.address = address;
    this.dimension = FaissNative.dimension(address);
    this.size = FaissNative.size(address);
    this.leakReport = new LeakReport(description);
    cleaner.register(this, leakReport);
  }

  /**
   * Builds a new index and trains it on its vectors.
   *
   * @param vectors (count, dimension)
   */
  static FaissHandle build(
      String factory, float[] vectors, int dimension, int count, FaissBuild options) {
    NativeLibrary.require();
    return new FaissHandle(
        factory,
        FaissNative.build(
            factory,
            vectors,
            dimension,
            count,
            options.seed(),
            options.threads(),
            options.yields()));
  }

  /** Reads an index from bytes that {@link FaissFormatCheck} has accepted. */
  static FaissHandle read(String description, InputStream stream) {
    NativeLibrary.require();
    return new FaissHandle(description, FaissNative.read(stream));
  }

  int dimension() {
    return dimension;
  }

  long size() {
    return size;
  }

  void write(OutputStream stream) {
    lock.readLock().lock();
    try {
      FaissNative.write(open(), stream);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Searches, and writes ordinals and scores into the given arrays, best first.
   *
   * @param queries (queryCount, dimension), already checked by the caller
   * @param k from 0 to the number of ordinals that pass
   * @param ordinals (queryCount, k), written by the search; -1 where there is no result
   * @param scores (queryCount, k), written by the search
   */
  void search(
      float[] queries,
      int queryCount,
      int k,
      int breadth,
      OrdinalFilter filter,
      int[] ordinals,
      float[] scores) {
    lock.readLock().lock();
    try {
      long index = open();
      if (queryCount == 0 || k == 0) {
        return;
      }
      FaissNative.search(
          index,
          queries,
          queryCount,
          k,
          breadth,
          filter.bitmap(),
          filter.passing(),
          ordinals,
          scores);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (address != CLOSED) {
        FaissNative.free(address);
        address = CLOSED;
        leakReport.closed = true;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @GuardedBy("lock")
  private long open() {
    if (address == CLOSED) {
      throw new IllegalStateException("an open index expected, got a closed one");
    }
    return address;
  }

  private static final class LeakReport implements Runnable {
    private final String description;
    private volatile boolean closed;

    LeakReport(String description) {
      this.description = description;
    }

    @Override
    public void run() {
      if (!closed) {
        logger.error(
            "a FAISS index ({}) was dropped without being closed: its native memory is lost",
            description);
      }
    }
  }
}
