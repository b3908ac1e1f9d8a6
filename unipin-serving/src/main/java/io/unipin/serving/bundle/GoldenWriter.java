package io.unipin.serving.bundle;

import io.unipin.ann.AnnIndex;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Creates the golden queries of a new bundle and answers them with keys and values in float32. The
 * queries have histories of several lengths over the bundle's items. Not thread-safe.
 */
final class GoldenWriter {
  private static final int[] LENGTHS = {0, 1, 16, 128};
  private static final int CANDIDATES = 8;
  private static final int RETRIEVED = 10;
  private static final long BEGIN_MS = 1_700_000_000_000L;
  private static final int LONGEST_GAP_MS = 3_600_000;
  private static final double ROUNDING = 1e6;

  private final ModelConfig config;
  private final Catalogue catalogue;
  private final Random random = new Random(11);

  private GoldenWriter(ModelConfig config, Catalogue catalogue) {
    this.config = config;
    this.catalogue = catalogue;
  }

  static List<GoldenQuery> write(
      ServingModel model, Catalogue catalogue, AnnIndex index, @Nullable CountedRanking counts) {
    GoldenWriter writer = new GoldenWriter(model.config(), catalogue);
    KvLayout layout = model.config().kvLayout(KvType.FLOAT32);
    long bytes = layout.budgetBytes(layout.maxRows());
    List<GoldenQuery> queries = new ArrayList<>();
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), bytes))) {
      GoldenRun run = new GoldenRun(model, catalogue, index, counts, cache, KvType.FLOAT32);
      for (int length : LENGTHS) {
        if (length <= model.config().maxHistory()) {
          queries.add(answered(run, writer.query(length)));
        }
      }
    }
    return queries;
  }

  private GoldenQuery query(int length) {
    List<GoldenAction> history = new ArrayList<>();
    long time = BEGIN_MS;
    for (int i = 0; i < length; i++) {
      List<String> actions =
          config.actions().stream().filter(action -> random.nextInt(3) == 0).toList();
      String surface = config.surfaces().get(random.nextInt(config.surfaces().size()));
      history.add(new GoldenAction(anyItem(), actions, surface, time));
      time += random.nextInt(LONGEST_GAP_MS);
    }
    List<Long> candidates = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      candidates.add(anyItem());
    }
    String surface = config.surfaces().get(0);
    return new GoldenQuery(history, surface, time, candidates, List.of(), List.of(), "");
  }

  private long anyItem() {
    return catalogue.id(random.nextInt(catalogue.size()));
  }

  private static GoldenQuery answered(GoldenRun run, GoldenQuery query) {
    GoldenRun.Answer answer = run.ask(query, RETRIEVED);
    int actions = answer.probabilities().length / query.candidates().size();
    List<List<Double>> probabilities = new ArrayList<>();
    for (float probability : answer.probabilities()) {
      if (!Float.isFinite(probability)) {
        throw new BundleException(
            "a model with finite probabilities expected, got %s for a history of %s actions"
                .formatted(probability, query.history().size()));
      }
    }
    for (int candidate = 0; candidate < query.candidates().size(); candidate++) {
      List<Double> row = new ArrayList<>();
      for (int action = 0; action < actions; action++) {
        row.add(
            Math.rint(answer.probabilities()[candidate * actions + action] * ROUNDING) / ROUNDING);
      }
      probabilities.add(row);
    }
    return new GoldenQuery(
        query.history(),
        query.surface(),
        query.timeMs(),
        query.candidates(),
        probabilities,
        answer.retrieved(),
        run.generation());
  }
}
