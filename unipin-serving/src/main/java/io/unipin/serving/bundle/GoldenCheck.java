package io.unipin.serving.bundle;

import io.unipin.ann.AnnException;
import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ModelException;
import io.unipin.model.Precision;
import java.util.List;

/** Holds a loaded bundle to its golden queries. Immutable. */
final class GoldenCheck {
  private static final int MOST_QUERIES = 64;
  private static final int MOST_CANDIDATES = 1024;

  /** Of the items retrieved where the bundle was made, so many must be among twice as many here. */
  private static final double LEAST_RECALL = 0.7;

  private final LoadedBundle bundle;
  private final GoldenRun run;
  private final double tolerance;

  GoldenCheck(LoadedBundle bundle, UserKvCache cache, KvType type, Precision precision) {
    this.bundle = bundle;
    this.tolerance = tolerance(type, precision);
    this.run = new GoldenRun(bundle.model(), bundle.catalogue(), bundle.index(), cache, type);
  }

  /** How far a probability may be from that in float32; processors differ by much less than the first of these. */
  private static double tolerance(KvType type, Precision precision) {
    if (precision == Precision.INT8) {
      return 0.05;
    }
    return switch (type) {
      case FLOAT32 -> 0.001;
      case FLOAT16 -> 0.01;
      case INT8 -> 0.05;
    };
  }

  /** Throws a {@link BundleException} that names the first answer that is wrong. */
  void run(List<GoldenQuery> queries) {
    if (queries.size() > MOST_QUERIES) {
      throw failure("at most %d expected, got %d".formatted(MOST_QUERIES, queries.size()));
    }
    for (int i = 0; i < queries.size(); i++) {
      String name = "query " + i + ": ";
      try {
        check(name, queries.get(i));
      } catch (BundleException | ModelException | AnnException | KvCacheException e) {
        String message = String.valueOf(e.getMessage());
        throw failure(message.startsWith(name) ? message : name + message);
      }
    }
  }

  private void check(String name, GoldenQuery query) {
    int longest = bundle.model().config().maxActions();
    int actions = bundle.model().config().actions().size();
    require(query.history().size() <= longest, name, "history of at most " + longest);
    require(query.candidates().size() <= MOST_CANDIDATES, name, "fewer candidates");
    require(
        query.probabilities().size() == query.candidates().size()
            && query.probabilities().stream().allMatch(row -> row.size() == actions),
        name,
        "probabilities of every candidate and action");
    GoldenRun.Answer answer = run.ask(query, 2 * Math.max(1, query.retrieved().size()));
    for (int candidate = 0; candidate < query.candidates().size(); candidate++) {
      for (int action = 0; action < actions; action++) {
        double expected = query.probabilities().get(candidate).get(action);
        double got = answer.probabilities()[candidate * actions + action];
        require(
            Math.abs(got - expected) <= tolerance, // false for what is not a number
            name,
            "probability %.6f of '%s' for item %d, got %.6f"
                .formatted(
                    expected,
                    bundle.model().config().actions().get(action),
                    query.candidates().get(candidate),
                    got));
      }
    }
    long found = query.retrieved().stream().filter(answer.retrieved()::contains).count();
    require(
        found >= LEAST_RECALL * query.retrieved().size(),
        name,
        "to retrieve the items %s, got %s".formatted(query.retrieved(), answer.retrieved()));
  }

  private static void require(boolean condition, String name, String expected) {
    if (!condition) {
      throw new BundleException(name + "expected " + expected);
    }
  }

  private BundleException failure(String message) {
    return new BundleException("bundle " + bundle.name() + ": golden queries: " + message);
  }
}
