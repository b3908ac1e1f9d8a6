package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnSearch;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.ItemFilter;
import io.unipin.benchmarks.measure.Rounds;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/** Measures the cost and the recall of filters that keep a share of the items. */
final class AnnFilters {
  private static final double[] SHARES = {0.1, 0.01, 0.5, 0.9};
  private static final int BREADTH = 128;

  private AnnFilters() {}

  /**
   * Returns the figures for a filter that keeps a tenth of the items, and under {@code shares} the
   * figures for other shares.
   */
  static Map<String, Object> figures(AnnData data, Path file, int rounds) {
    Map<String, Object> results = new LinkedHashMap<>();
    Map<String, Object> shares = new LinkedHashMap<>();
    try (FaissIndex index = FaissIndex.load(file);
        ExactIndex exact = ExactIndex.of(data.vectors(), data.dimension(), data.ids())) {
      for (double share : SHARES) {
        Random random = new Random(11);
        long[] kept = LongStream.of(data.ids()).filter(id -> random.nextDouble() < share).toArray();
        Map<String, Object> one = measure(data, index, exact, ItemFilter.allowing(kept), rounds);
        if (share == SHARES[0]) {
          results.putAll(one);
        }
        shares.put(Double.toString(share), one);
      }
    }
    results.put("shares", shares);
    return results;
  }

  private static Map<String, Object> measure(
      AnnData data, FaissIndex index, ExactIndex exact, ItemFilter filter, int rounds) {
    long[][] truth = AnnData.truth(exact, data.queries(), data.k(), filter);
    long[][] found = new long[truth.length][];
    for (int query = 0; query < found.length; query++) {
      found[query] = index.search(data.queries()[query], 1, search(data.k(), filter)).ids();
    }
    Map<String, Runnable> sides = new LinkedHashMap<>();
    sides.put("filtered", () -> run(data, index, filter));
    sides.put("all", () -> run(data, index, ItemFilter.NONE));
    Rounds times =
        Rounds.run(rounds, sides, ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("recall100", AnnData.recall(truth, found));
    figures.put("vs_unfiltered", times.ratio("all", "filtered").median());
    figures.put("qps_1_thread", data.queries().length / times.seconds("filtered").median());
    return figures;
  }

  private static void run(AnnData data, FaissIndex index, ItemFilter filter) {
    for (float[] query : data.queries()) {
      index.search(query, 1, search(data.k(), filter));
    }
  }

  private static AnnSearch search(int k, ItemFilter filter) {
    return new AnnSearch(k, BREADTH, filter);
  }
}
