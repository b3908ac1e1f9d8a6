package io.unipin.benchmarks.model;

import io.unipin.benchmarks.measure.Flops;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.model.EngineOptions;
import io.unipin.model.MatrixProduct;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures how many operations per second encode and score reach, as shares of the rate of the best
 * matrix product in the same run. Not thread-safe.
 */
final class Efficiency {
  private static final String ENCODE = "encode";
  private static final String SCORE = "score";

  /** The suffix of a product's name if its matrix was prepared as in serving. */
  private static final String PREPARED = " prepared";

  private final ModelConfig config;
  private final LongSupplier nanos;

  Efficiency(ModelConfig config, LongSupplier nanos) {
    this.config = config;
    this.nanos = nanos;
  }

  /** The shape of a product: an m x k matrix times a k x n matrix. */
  record Shape(int m, int k, int n) {
    String label() {
      return "gemm " + m + "x" + k + "x" + n;
    }
  }

  Result run(int n, int k, List<Shape> shapes, int rounds) throws IOException {
    List<MatrixProduct> products = new ArrayList<>();
    try (ScratchFolder folder = ScratchFolder.create("products");
        BenchModel model = BenchModel.open(config);
        BenchModel.User user = model.user(n, k)) {
      Map<String, Runnable> sides = new LinkedHashMap<>();
      Map<String, Double> flops = new LinkedHashMap<>();
      sides.put(ENCODE, user::encode);
      flops.put(ENCODE, new Flops(config).encode(n));
      sides.put(SCORE, user::score);
      flops.put(SCORE, new Flops(config).score(n, k));
      for (Shape shape : shapes) {
        double work = 2.0 * shape.m() * shape.k() * shape.n();
        MatrixProduct plain =
            MatrixProduct.plain(shape.m(), shape.k(), shape.n(), EngineOptions.cpu());
        products.add(plain);
        sides.put(shape.label(), plain::run);
        flops.put(shape.label(), work);
        Path scratch = folder.path().resolve(shape.label());
        MatrixProduct prepared =
            MatrixProduct.prepared(shape.m(), shape.k(), shape.n(), EngineOptions.cpu(), scratch);
        products.add(prepared);
        sides.put(shape.label() + PREPARED, prepared::run);
        flops.put(shape.label() + PREPARED, work);
      }
      return result(model.engine(), Rounds.run(rounds, sides, nanos), flops);
    } finally {
      products.forEach(MatrixProduct::close);
    }
  }

  private static Result result(String engine, Rounds rounds, Map<String, Double> flops) {
    Map<String, Double> gflops = new LinkedHashMap<>();
    String best = "";
    double peak = 0;
    for (Map.Entry<String, Double> side : flops.entrySet()) {
      double perSecond = side.getValue() / rounds.seconds(side.getKey()).median();
      gflops.put(side.getKey(), perSecond / 1e9);
      if (side.getKey().startsWith("gemm") && perSecond > peak) {
        peak = perSecond;
        best = side.getKey();
      }
    }
    return new Result(
        engine,
        share(ENCODE, best, rounds, flops),
        share(SCORE, best, rounds, flops),
        best,
        gflops);
  }

  /**
   * Returns the operations per second of a pass, as a share of the rate of the best product. The
   * share is computed from the ratio of the two times in each round, and from the two numbers of
   * operations.
   */
  private static Spread share(String pass, String best, Rounds rounds, Map<String, Double> flops) {
    double work = flops.getOrDefault(pass, 0.0) / flops.getOrDefault(best, 1.0);
    Spread ratio = rounds.ratio(best, pass);
    return new Spread(work * ratio.median(), work * ratio.lower(), work * ratio.upper());
  }

  /**
   * The shares of the best product's rate, and all rates in 10^9 operations per second.
   *
   * @param engine name of the engine that computed the model
   */
  record Result(
      String engine,
      Spread encodeShare,
      Spread scoreShare,
      String bestGemm,
      Map<String, Double> gflops) {
    Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("encode_gemm_share", encodeShare.median());
      json.put("encode_gemm_share_spread", encodeShare.toJson());
      json.put("score_gemm_share", scoreShare.median());
      json.put("score_gemm_share_spread", scoreShare.toJson());
      json.put("best_gemm", bestGemm);
      json.put("gflops", gflops);
      return json;
    }
  }
}
