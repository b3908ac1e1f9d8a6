package io.unipin.benchmarks.ann;

import io.unipin.cli.bundle.VectorFile;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.evaluate.UserQueries;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * The data sets for the curves: clustered vectors, the vectors of the shared data, and item vectors
 * of a model that this class trains.
 */
final class AnnDataSets {
  private static final int K = 100;
  private static final int DIMENSION = 128;
  private static final int QUERIES = 200;
  private static final String EPOCHS = "training.epochs=2";

  private final Path data;
  private final Home home;
  private final boolean quick;

  AnnDataSets(Path data, Home home, boolean quick) {
    this.data = data;
    this.home = home;
    this.quick = quick;
  }

  /** Passes the data sets to {@code use} one by one, so that at most one data set is in memory. */
  void forEach(Consumer<AnnData> use) throws IOException, InterruptedException {
    for (int size : quick ? new int[] {10_000} : new int[] {10_000, 30_000, 100_000}) {
      use.accept(AnnData.clustered(size, DIMENSION, QUERIES, K));
    }
    if (Files.isDirectory(data.resolve("vectors"))) {
      VectorFile items = VectorFile.read(data.resolve("vectors/iclrec-beauty.items.fvecs.gz"));
      VectorFile users = VectorFile.read(data.resolve("vectors/iclrec-beauty.users.fvecs.gz"));
      for (int size : quick ? new int[] {items.size()} : new int[] {3_000, items.size()}) {
        use.accept(real("iclrec-beauty", items, size, users));
      }
      VectorFile base = unit(VectorFile.read(data.resolve("vectors/sift5k.base.fvecs.gz")));
      VectorFile asked = unit(VectorFile.read(data.resolve("vectors/sift5k.query.fvecs.gz")));
      use.accept(real("sift", base, base.size(), asked));
    }
    Optional<AnnData> trained = trained();
    if (trained.isPresent()) {
      use.accept(trained.get());
    }
  }

  private static AnnData real(String name, VectorFile items, int size, VectorFile queries) {
    int dimension = items.dimension();
    float[] rows = Arrays.copyOf(items.rows(), size * dimension);
    int asked = Math.min(QUERIES, queries.size());
    float[] first = Arrays.copyOf(queries.rows(), asked * dimension);
    return of(name, dimension, rows, AnnData.rows(first, dimension));
  }

  private static AnnData of(String name, int dimension, float[] rows, float[][] queries) {
    int size = rows.length / dimension;
    long[] ids = LongStream.range(0, size).toArray();
    String full = name + "-" + size + "x" + dimension;
    return AnnData.of(full, dimension, rows, ids, queries, K);
  }

  /**
   * Scales vectors to unit length, so that a search compares angles. All SIFT values are positive,
   * so inner products of unscaled vectors would prefer long vectors.
   */
  private static VectorFile unit(VectorFile file) {
    int dimension = file.dimension();
    float[] rows = file.rows().clone();
    for (int from = 0; from < rows.length; from += dimension) {
      double square = 0;
      for (int i = from; i < from + dimension; i++) {
        square += (double) rows[i] * rows[i];
      }
      for (int i = from; i < from + dimension; i++) {
        rows[i] /= (float) Math.sqrt(square);
      }
    }
    return new VectorFile(rows, dimension);
  }

  /**
   * Returns the items of a model that was trained on Amazon Beauty. The queries come from the
   * model's users. Uses an existing model if there is one. Returns empty if there is no data, or if
   * a quick run finds no model.
   */
  private Optional<AnnData> trained() throws IOException, InterruptedException {
    Path work = home.work("ann");
    Path feedLog = work.resolve("feedlog");
    Path bundle = work.resolve("amazon-beauty");
    Path source = data.resolve("amazon-beauty");
    if (!Files.isDirectory(source) || (quick && !Files.isDirectory(bundle))) {
      return Optional.empty();
    }
    if (!Files.isDirectory(feedLog)) {
      ChildProcess.run(home, List.of("import", source.toString(), "--out", feedLog.toString()));
    }
    if (!Files.isDirectory(bundle)) {
      Path recipe = home.recipe("amazon-beauty", "train.yaml").orElseThrow();
      ChildProcess.run(
          home,
          List.of(
              "train",
              "--data",
              feedLog.toString(),
              "--out",
              bundle.toString(),
              "--no-evaluation",
              "--config",
              recipe.toString(),
              "--set",
              EPOCHS));
    }
    FeedLog log = FeedLogReader.read(feedLog, 0);
    try (ServingModel model = ServingModel.load(bundle.resolve("model"), EngineOptions.cpu())) {
      float[][] queries = UserQueries.of(log, model, QUERIES);
      return Optional.of(
          of("trained-beauty", model.config().itemDim(), model.itemVectors(), queries));
    }
  }
}
