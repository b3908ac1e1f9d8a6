package io.unipin.serving.bundle;

import io.unipin.ann.AnnException;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.Precision;
import io.unipin.model.features.ModelException;
import java.util.List;
import java.util.Locale;

/** Checks a loaded bundle with its golden queries. Immutable. */
final class GoldenCheck {
  private static final int MOST_QUERIES = 64;
  private static final int MOST_CANDIDATES = 1024;

  private final LoadedBundle bundle;
  private final GoldenRun run;
  private final Tolerance tolerance;

  /**
   * The largest allowed difference from the answers in float32.
   *
   * <p>With a wrong program, bundle or processor, the search finds none of the expected items.
   * Rounding to eight bits can change the direction of a query vector by a few degrees. This change
   * is largest for users without a history.
   *
   * @param probability largest allowed difference of a probability. Even the smallest of the values
   *     below is much larger than the difference between the answers of two processors.
   * @param recall smallest share of the expected items that the search must return. The search
   *     returns twice as many items as are expected.
   */
  private record Tolerance(double probability, double recall) {
    private static final Tolerance EIGHT_BITS = new Tolerance(0.05, 0.3);

    /**
     * In float16, the other users in a batch may change the order in which a sum is computed. This
     * changes a probability by about 0.001.
     */
    private static final Tolerance HALF = new Tolerance(0.005, 0.7);

    static Tolerance of(KvType type, Precision precision) {
      if (precision == Precision.INT8) {
        return EIGHT_BITS;
      }
      if (precision == Precision.FLOAT16) {
        return HALF;
      }
      return switch (type) {
        case FLOAT32 -> new Tolerance(0.001, 0.7);
        case FLOAT16 -> new Tolerance(0.01, 0.7);
        case INT8 -> EIGHT_BITS;
      };
    }
  }

  GoldenCheck(LoadedBundle bundle, UserKvCache cache, KvType type, Precision precision) {
    this.bundle = bundle;
    this.tolerance = Tolerance.of(type, precision);
    this.run =
        new GoldenRun(
            bundle.model(),
            bundle.catalogue(),
            bundle.index(),
            bundle.ownCounts().orElse(null),
            cache,
            type);
  }

  /**
   * Asks all golden queries. Throws a {@link BundleException} that names the first query with a
   * wrong answer. Failures of the machine are thrown as they are, because another try may pass.
   */
  void run(List<GoldenQuery> queries) {
    if (queries.size() > MOST_QUERIES) {
      throw failure("at most %s expected, got %s".formatted(MOST_QUERIES, queries.size()));
    }
    for (int i = 0; i < queries.size(); i++) {
      String name = "query " + i + ": ";
      try {
        check(name, queries.get(i));
      } catch (BundleException | ModelException | AnnException e) {
        BundleFault.rethrowIfOfMachine(e);
        String message = String.valueOf(e.getMessage());
        throw failure(message.startsWith(name) ? message : name + message);
      }
    }
  }

  private void check(String name, GoldenQuery query) {
    int longest = bundle.model().config().maxHistory();
    int actions = bundle.model().config().actions().size();
    require(query.history().size() <= longest, name, "history of at most " + longest);
    require(query.candidates().size() <= MOST_CANDIDATES, name, "fewer candidates");
    require(
        query.probabilities().size() == query.candidates().size()
            && query.probabilities().stream().allMatch(row -> row.size() == actions),
        name,
        "probabilities of every candidate and action");
    require(
        query.counts().equals(run.generation()),
        name,
        "counts '%s', got '%s'".formatted(query.counts(), run.generation()));
    GoldenRun.Answer answer = run.ask(query, 2 * Math.max(1, query.retrieved().size()));
    for (int candidate = 0; candidate < query.candidates().size(); candidate++) {
      for (int action = 0; action < actions; action++) {
        double expected = query.probabilities().get(candidate).get(action);
        double got = answer.probabilities()[candidate * actions + action];
        require(
            Math.abs(got - expected) <= tolerance.probability(), // false if a value is NaN
            name,
            String.format(
                Locale.ROOT,
                "probability %.6f of '%s' for item %s, got %.6f",
                expected,
                bundle.model().config().actions().get(action),
                query.candidates().get(candidate),
                got));
      }
    }
    long found = query.retrieved().stream().filter(answer.retrieved()::contains).count();
    int least = (int) Math.ceil(tolerance.recall() * query.retrieved().size());
    require(
        found >= least,
        name,
        "to retrieve at least %s of the items %s, got %s"
            .formatted(least, query.retrieved(), answer.retrieved()));
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
