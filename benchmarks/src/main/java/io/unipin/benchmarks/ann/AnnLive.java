package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.LiveIndex;
import io.unipin.ann.LiveIndexConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/** Measures an index that changes during searches and during a rebuild. */
final class AnnLive {
  private static final int CHANGES = 400;
  private static final int DELTA = 1000;

  private AnnLive() {}

  /**
   * Returns the delay until searches find added items, the number of deleted items that searches
   * return, and the cost of a rebuild. The first half of the changes is made during the rebuild,
   * and the second half after the rebuilt index has taken over.
   */
  static Map<String, Object> figures(AnnData data) {
    LiveIndexConfig config =
        new LiveIndexConfig("HNSW32", FaissBuild.DEFAULT, 1, Duration.ofMillis(20));
    FaissIndex main =
        FaissIndex.build(
            "HNSW32", data.vectors(), data.dimension(), data.ids(), FaissBuild.DEFAULT);
    try (LiveIndex index = LiveIndex.over(main, data.vectors(), config)) {
      Set<Long> gone = new HashSet<>();
      Map<String, Object> figures = new LinkedHashMap<>();
      long begin = System.nanoTime();
      CompletableFuture<Long> swapped = index.rebuild();
      double under = changes(data, index, gone, 0, figures);
      figures.put("swapped_generation", swapped.join());
      figures.put("rebuild_seconds", (System.nanoTime() - begin) / 1e9);
      double after = changes(data, index, gone, CHANGES / 2, figures);
      figures.put("upsert_visible_ms_max", Math.max(under, after));
      figures.put("deletes", gone.size());
      figures.put("deleted_returned", returned(data, index, gone));
      index.rebuild().join();
      figures.put("deleted_returned_after_rebuild", returned(data, index, gone));
      figures.put("watched_recall", index.status().recall());
      figures.put("watched_queries", index.status().watched());
      figures.put("delta", DELTA);
      figures.put("search_time_with_delta", besideDelta(data, index));
      return figures;
    }
  }

  /**
   * Applies changes. Returns the longest time in milliseconds from an upsert to the end of a search
   * that finds the item.
   */
  private static double changes(
      AnnData data, LiveIndex index, Set<Long> gone, int from, Map<String, Object> figures) {
    double longest = 0;
    double longestDelete = 0;
    for (int i = from; i < from + CHANGES / 2; i++) {
      float[] vector = data.queries()[i % data.queries().length];
      long id = 1_000_000_000L + i;
      long begin = System.nanoTime();
      index.upsert(new long[] {id}, vector);
      while (Arrays.stream(search(index, vector, data.k()).ids()).noneMatch(got -> got == id)) {
        Thread.onSpinWait();
      }
      longest = Math.max(longest, (System.nanoTime() - begin) / 1e6);
      long best = search(index, vector, data.k()).ids()[1];
      begin = System.nanoTime();
      index.delete(best);
      longestDelete = Math.max(longestDelete, (System.nanoTime() - begin) / 1e6);
      gone.add(best);
    }
    figures.merge("delete_ms_max", longestDelete, (a, b) -> Math.max((Double) a, (Double) b));
    return longest;
  }

  /** Returns the time of a search with a delta, divided by the time of a search without a delta. */
  private static double besideDelta(AnnData data, LiveIndex index) {
    double alone = seconds(data, index);
    long[] ids = LongStream.range(0, DELTA).map(i -> 2_000_000_000L + i).toArray();
    index.upsert(ids, Arrays.copyOf(data.vectors(), DELTA * data.dimension()));
    return seconds(data, index) / alone;
  }

  private static double seconds(AnnData data, LiveIndex index) {
    long begin = 0;
    for (int round = -5; round < 5; round++) {
      begin = round == 0 ? System.nanoTime() : begin;
      for (float[] query : data.queries()) {
        search(index, query, data.k());
      }
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static int returned(AnnData data, LiveIndex index, Set<Long> gone) {
    int returned = 0;
    for (float[] query : data.queries()) {
      for (long id : search(index, query, data.k()).ids()) {
        returned += gone.contains(id) ? 1 : 0;
      }
    }
    return returned;
  }

  private static AnnResult search(LiveIndex index, float[] query, int k) {
    return index.search(query, 1, AnnSearch.top(k));
  }
}
