package io.unipin.benchmarks.model;

import io.unipin.benchmarks.measure.Flops;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Compares scoring from a user's KV with a separate ranking model. The separate model encodes the
 * history again, with sparse or dense attention.
 */
final class RankForward {
  private static final String CACHED = "cached";
  private static final String SPARSE = "sparse";
  private static final String DENSE = "dense";

  private final ModelConfig config;
  private final LongSupplier nanos;
  private String engine = "";

  RankForward(ModelConfig config, LongSupplier nanos) {
    this.config = config;
    this.nanos = nanos;
  }

  /** The size of one comparison: n history tokens, k candidates, and the number of rounds. */
  record Size(int n, int k, int rounds) {}

  /**
   * The ratios of one size: the measured ratios, and the ratios of the numbers of operations.
   */
  record Cell(
      Size size,
      Spread cachedMs,
      Spread sparse,
      Spread dense,
      double sparseByFlops,
      double sparseAllLayersByFlops,
      double denseByFlops) {
    Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("n", size.n());
      json.put("k", size.k());
      json.put("rounds", size.rounds());
      json.put("cached_ms", cachedMs.toJson());
      json.put("speedup_sparse", sparse.toJson());
      json.put("speedup_sparse_by_flops", sparseByFlops);
      json.put("speedup_sparse_all_layers_by_flops", sparseAllLayersByFlops);
      json.put("speedup_dense", dense.toJson());
      json.put("speedup_dense_by_flops", denseByFlops);
      return json;
    }
  }

  List<Cell> run(List<Size> sizes, Consumer<Size> progress) throws IOException {
    List<Cell> cells = new ArrayList<>();
    try (BenchModel model = BenchModel.open(config)) {
      engine = model.engine();
      for (Size size : sizes) {
        progress.accept(size);
        try (BenchModel.User user = model.user(size.n(), size.k())) {
          cells.add(cell(size, user));
        }
      }
    }
    return cells;
  }

  /** Returns the name of the engine that computed all sides of the latest run. */
  String engine() {
    return engine;
  }

  private Cell cell(Size size, BenchModel.User user) {
    Map<String, Runnable> sides = new LinkedHashMap<>();
    sides.put(CACHED, user::score);
    sides.put(
        SPARSE,
        () -> {
          user.encode();
          user.score();
        });
    sides.put(DENSE, user::scoreDense);
    Rounds rounds = Rounds.run(size.rounds(), sides, nanos);
    Flops flops = new Flops(config);
    double score = flops.score(size.n(), size.k());
    Spread seconds = rounds.seconds(CACHED);
    return new Cell(
        size,
        new Spread(1e3 * seconds.median(), 1e3 * seconds.lower(), 1e3 * seconds.upper()),
        rounds.ratio(SPARSE, CACHED),
        rounds.ratio(DENSE, CACHED),
        1 + flops.encode(size.n()) / score,
        1 + flops.encodeAllLayers(size.n()) / score,
        flops.dense(size.n(), size.k()) / score);
  }

  /** Returns the figures of all sizes. The first size gives the headline figures. */
  static Map<String, Object> results(List<Cell> cells) {
    Cell head = cells.get(0);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("speedup_sparse", head.sparse().median());
    results.put("speedup_dense", head.dense().median());
    results.put("headline", head.toJson());
    results.put("grid", cells.stream().map(Cell::toJson).toList());
    return results;
  }
}
