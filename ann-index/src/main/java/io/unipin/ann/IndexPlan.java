package io.unipin.ann;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A plan of an index over some vectors: the kind to build, and an estimate of its cost.
 * {@link #build} builds the index and measures its recall. Immutable.
 */
public final class IndexPlan {
  /** If the command line's factory option has this value, {@link IndexChoice} chooses the kind. */
  public static final String AUTO = "auto";

  private static final int SAMPLE = 2_000;
  private static final int QUERIES = 200;
  private static final int K = 10;
  private static final int WIDEST = 2048;

  private final IndexChoice choice;
  private final IndexChoice.Aim aim;
  private final float[] sample; // (at most SAMPLE, dimension)
  private final int dimension;
  private final int size;

  private IndexPlan(
      IndexChoice choice, IndexChoice.Aim aim, float[] sample, int dimension, int size) {
    this.choice = choice;
    this.aim = aim;
    this.sample = sample;
    this.dimension = dimension;
    this.size = size;
  }

  /**
   * Plans an index of the given kind. If {@code factory} is empty, {@link IndexChoice} chooses the
   * kind by the aim. A given kind is planned whatever memory it takes.
   *
   * @param vectors (size, dimension)
   */
  public static IndexPlan of(
      float[] vectors, int dimension, Optional<String> factory, IndexChoice.Aim aim) {
    int size = vectors.length / dimension;
    int step = Math.max(1, size / SAMPLE);
    float[] sample = new float[Math.min(SAMPLE, size) * dimension];
    for (int row = 0; row < sample.length / dimension; row++) {
      System.arraycopy(vectors, row * step * dimension, sample, row * dimension, dimension);
    }
    IndexChoice choice =
        factory
            .map(
                name -> new IndexChoice(name, bytes(name, sample, dimension, size), "as asked for"))
            .orElseGet(() -> IndexChoice.of(size, dimension, spread(sample, dimension), aim));
    return new IndexPlan(choice, aim, sample, dimension, size);
  }

  /**
   * Estimates the bytes of an index of a given kind. Two indexes over parts of the sample tell how
   * many bytes a vector adds, and how many bytes do not depend on the number of vectors.
   */
  private static long bytes(String factory, float[] sample, int dimension, int size) {
    int part = sample.length / dimension;
    String kind = SampleFactory.of(factory, part);
    long centre = (long) dimension * Float.BYTES;
    long whole = bytes(kind, sample, dimension);
    long lists = (SampleFactory.lists(factory) - SampleFactory.lists(kind)) * centre;
    if (part == size) {
      return whole + lists;
    }
    int half = part / 2;
    String fewer = SampleFactory.of(kind, half);
    long less = bytes(fewer, Arrays.copyOf(sample, half * dimension), dimension);
    long added = (SampleFactory.lists(kind) - SampleFactory.lists(fewer)) * centre;
    double each = (whole - less - added) / (double) (part - half);
    return whole + lists + Math.round(each * (size - part));
  }

  private static long bytes(String kind, float[] rows, int dimension) {
    long[] ids = ordinals(rows.length / dimension);
    try (FaissIndex index = FaissIndex.build(kind, rows, dimension, ids, FaissBuild.DEFAULT)) {
      return index.bytes();
    }
  }

  public IndexChoice choice() {
    return choice;
  }

  /**
   * Returns an estimate of the index's memory and build time as text. The time is extrapolated from
   * a build over a sample.
   */
  public String estimate(FaissBuild options) {
    int part = sample.length / dimension;
    String kind = SampleFactory.of(choice.factory(), part);
    long begin = System.nanoTime();
    FaissIndex.build(kind, sample, dimension, ordinals(part), options).close();
    double seconds = (System.nanoTime() - begin) / 1e9;
    double more = size / (double) Math.max(1, part);
    double growth = Math.max(1, Math.log(size) / Math.log(Math.max(2, part)));
    double lists = kind.equals(choice.factory()) ? 1 : Math.sqrt(more);
    return String.format(
        Locale.ROOT,
        "%d vectors of dimension %d: about %d MiB, about %.0f s with %d threads",
        size,
        dimension,
        choice.bytes() >> 20,
        Math.ceil(seconds * more * growth * lists),
        options.threads());
  }

  /**
   * Builds and saves the index. Finds the breadth with which a search reaches the recall of the
   * aim.
   */
  public Outcome build(float[] vectors, int dimension, long[] ids, FaissBuild options, Path file) {
    long begin = System.nanoTime();
    try (FaissIndex index = FaissIndex.build(choice.factory(), vectors, dimension, ids, options)) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      index.save(file);
      return outcome(index, vectors, ids, seconds);
    }
  }

  private Outcome outcome(FaissIndex index, float[] vectors, long[] ids, double seconds) {
    int asked = Math.min(QUERIES, sample.length / dimension);
    float[] queries = Arrays.copyOf(sample, asked * dimension);
    try (ExactIndex exact = ExactIndex.of(vectors, dimension, ids)) {
      AnnResult truth = exact.search(queries, asked, AnnSearch.top(K));
      double recall = 0;
      int breadth = 0;
      for (int tried = 8; tried <= WIDEST && recall < aim.recall(); tried *= 2) {
        breadth = tried;
        AnnResult found = index.search(queries, asked, new AnnSearch(K, tried, ItemFilter.NONE));
        recall = recall(truth, found);
      }
      return new Outcome(seconds, recall, breadth);
    }
  }

  private static double recall(AnnResult truth, AnnResult found) {
    double sum = 0;
    for (int query = 0; query < truth.queryCount(); query++) {
      int from = query * truth.k();
      long[] wanted = Arrays.copyOfRange(truth.ids(), from, from + truth.k());
      long[] got = Arrays.copyOfRange(found.ids(), from, from + found.k());
      float[] none = new float[truth.k()];
      sum +=
          RecallWatch.recall(
              new AnnResult(1, truth.k(), got, none), new AnnResult(1, truth.k(), wanted, none));
    }
    return truth.queryCount() == 0 ? 1 : sum / truth.queryCount();
  }

  /**
   * The result of a build.
   *
   * @param recall the share of the true best 10 items that a search finds. Some of the vectors
   *     serve as queries of this measurement.
   * @param breadth the breadth of the searches with which this recall was measured
   */
  public record Outcome(double seconds, double recall, int breadth) {
    public String text() {
      return String.format(
          Locale.ROOT,
          "built in %.1f s; recall@10 %.4f with breadth %d (efSearch or nprobe), measured on some"
              + " of the vectors",
          seconds,
          recall,
          breadth);
    }
  }

  /** Returns the standard deviation of the rows' Euclidean lengths, divided by their mean. */
  static double spread(float[] rows, int dimension) {
    int count = rows.length / dimension;
    double sum = 0;
    double squares = 0;
    for (int row = 0; row < count; row++) {
      double square = 0;
      for (int i = row * dimension; i < (row + 1) * dimension; i++) {
        square += (double) rows[i] * rows[i];
      }
      sum += Math.sqrt(square);
      squares += square;
    }
    double mean = sum / Math.max(1, count);
    return mean == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean)) / mean;
  }

  private static long[] ordinals(int count) {
    long[] ids = new long[count];
    Arrays.setAll(ids, i -> i);
    return ids;
  }
}
