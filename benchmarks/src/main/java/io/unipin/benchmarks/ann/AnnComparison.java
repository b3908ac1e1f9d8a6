package io.unipin.benchmarks.ann;

import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.Spread;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares one kind of index with its rivals on one thread. Each search has one query, and the
 * sides take turns.
 */
final class AnnComparison {
  private static final int[] BREADTHS = {
    100, 108, 116, 128, 144, 160, 192, 224, 256, 320, 400, 512
  };

  private final AnnData data;
  private final Path folder;
  private final int rounds;

  AnnComparison(AnnData data, Path folder, int rounds) {
    this.data = data;
    this.folder = folder;
    this.rounds = rounds;
  }

  /** A side of the comparison, and the breadth of its searches. */
  record Rival(AnnSide side, int breadth) {}

  /** Builds an index of the data, saves it and returns its file. */
  Path build(String factory) {
    Path file = folder.resolve(data.name() + "-" + factory.replace(',', '_') + ".faiss");
    try (FaissIndex index =
        FaissIndex.build(
            factory, data.vectors(), data.dimension(), data.ids(), new FaissBuild(1234, 2))) {
      index.save(file);
    }
    return file;
  }

  /**
   * Returns the smallest breadth that reaches a recall, or the greatest breadth if no breadth
   * reaches it.
   */
  int breadthFor(AnnSide side, double recall) {
    for (int breadth : BREADTHS) {
      if (data.recall(side, breadth) >= recall) {
        return breadth;
      }
    }
    return BREADTHS[BREADTHS.length - 1];
  }

  /** Measures the time of the first queries on each side. The sides take turns. */
  Rounds time(Map<String, Rival> rivals, int queries) {
    Map<String, Runnable> sides = new LinkedHashMap<>();
    rivals.forEach(
        (name, rival) ->
            sides.put(
                name,
                () -> {
                  for (int query = 0; query < queries; query++) {
                    long[] found =
                        rival
                            .side()
                            .search(
                                data.queries()[query % data.queries().length],
                                data.k(),
                                rival.breadth());
                    if (found.length == 0) {
                      throw new IllegalStateException(name + " found nothing");
                    }
                  }
                }));
    return Rounds.run(rounds, sides, ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
  }

  /**
   * Returns the figures by name. The side {@code ours} has absolute figures. Each other side also
   * has its ratio to {@code ours}.
   */
  Map<String, Object> figures(Map<String, Rival> rivals, int queries) {
    Rounds rounds = time(rivals, queries);
    Map<String, Object> figures = new LinkedHashMap<>();
    rivals.forEach(
        (name, rival) -> {
          double recall = data.recall(rival.side(), rival.breadth());
          double qps = queries / rounds.seconds(name).median();
          if (name.equals("ours")) {
            figures.put("recall100", recall);
            figures.put("qps_1_thread", qps);
            figures.put("breadth", rival.breadth());
          } else {
            Spread ratio = rounds.ratio(name, "ours");
            figures.put("vs_" + name, ratio.median());
            figures.put("vs_" + name + "_spread", ratio.toJson());
            figures.put(name + "_recall100", recall);
            figures.put(name + "_qps_1_thread", qps);
            figures.put(name + "_breadth", rival.breadth());
          }
        });
    return figures;
  }
}
