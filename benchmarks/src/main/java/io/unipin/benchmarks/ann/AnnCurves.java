package io.unipin.benchmarks.ann;

import io.unipin.benchmarks.ann.AnnComparison.Rival;
import io.unipin.benchmarks.measure.Rounds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Curves of recall against queries per second for several kinds of index, in UniPin's build and in
 * the generic build.
 */
final class AnnCurves {
  private static final int[] GRAPH = {100, 128, 192, 320};
  private static final int[] LISTS = {4, 8, 16, 32, 64};
  private static final int[] NONE = {0};

  private AnnCurves() {}

  /**
   * One point of a curve: recall, and the queries per second of UniPin's build and of the generic
   * build.
   */
  public record Point(int breadth, double recall, double qps, double genericQps) {}

  static Map<String, List<Point>> of(AnnData data, Path folder, AnnGenericSide generic) {
    int lists = Integer.highestOneBit((int) (4 * Math.sqrt(data.size())));
    Map<String, int[]> kinds = new LinkedHashMap<>();
    kinds.put("Flat", NONE);
    kinds.put("HNSW32", GRAPH);
    kinds.put("HNSW32,SQ8", GRAPH);
    kinds.put("IVF" + lists + ",Flat", LISTS);
    kinds.put("IVF" + lists + ",SQ8", LISTS);
    AnnComparison comparison = new AnnComparison(data, folder, 3);
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    kinds.forEach(
        (kind, breadths) -> {
          Path file = comparison.build(kind);
          List<Point> points = new ArrayList<>();
          try (AnnSide ours = new AnnFaissSide(file);
              AnnSide other = generic.load(file)) {
            for (int breadth : breadths) {
              points.add(point(data, comparison, ours, other, breadth));
            }
          }
          curves.put(kind, points);
        });
    return curves;
  }

  private static Point point(
      AnnData data, AnnComparison comparison, AnnSide ours, AnnSide other, int breadth) {
    int queries = breadth == 0 ? 20 : 200;
    Map<String, Rival> rivals = new LinkedHashMap<>();
    rivals.put("ours", new Rival(ours, breadth));
    rivals.put("generic", new Rival(other, breadth));
    Rounds rounds = comparison.time(rivals, queries);
    return new Point(
        breadth,
        data.recall(ours, breadth),
        queries / rounds.seconds("ours").median(),
        queries / rounds.seconds("generic").median());
  }
}
