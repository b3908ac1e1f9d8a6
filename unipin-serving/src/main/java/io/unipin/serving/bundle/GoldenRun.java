package io.unipin.serving.bundle;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.OwnActions;
import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs golden queries on a model and an index directly, without the pipeline. Immutable.
 *
 * @param counts the counts of the bundle; null if it has none
 */
record GoldenRun(
    ServingModel model,
    Catalogue catalogue,
    AnnIndex index,
    @Nullable CountedRanking counts,
    UserKvCache cache,
    KvType type) {

  /**
   * The answer to a golden query.
   *
   * @param probabilities (candidates, actions)
   * @param retrieved item ids, best first
   */
  record Answer(float[] probabilities, List<Long> retrieved) {}

  /**
   * Answers a query and retrieves {@code breadth} items. Ignores the answers that the query itself
   * holds.
   */
  Answer ask(GoldenQuery query, int breadth) {
    ModelConfig config = model.config();
    List<UserAction> actions = new ArrayList<>();
    for (GoldenAction action : query.history()) {
      actions.add(
          UserAction.of(
              row(action.item()),
              bits(action.actions(), config),
              index(action.surface(), config.surfaces()),
              action.timeMs()));
    }
    TokenSequence tokens = TokenSequence.of(actions);
    long last = actions.isEmpty() ? GapBuckets.NO_TIME : actions.get(actions.size() - 1).timeMs();
    RequestContext context =
        new RequestContext(
            index(query.surface(), config.surfaces()), GapBuckets.of(last, query.timeMs()));
    int[] rows = query.candidates().stream().mapToInt(this::row).toArray();
    try (KvLease lease = cache.aside(config.kvLayout(type), tokens.hashes())) {
      float[] state = model.extend(tokens, 0, lease.kv());
      lease.commit(state);
      float[] vector = model.queries(state, context, new float[1][config.actions().size()]);
      float[] probabilities = model.score(lease.kv(), lease.rows(), rows, context);
      if (counts != null) {
        int[] positives = positives(query);
        counts.apply(
            counts.tables().query(context.surface(), positives, own(query, counts)),
            rows,
            probabilities);
      }
      return new Answer(probabilities, search(vector, breadth));
    }
  }

  /** Returns the generation of the counts; empty if there are none. */
  String generation() {
    return counts == null ? "" : counts.tables().generation();
  }

  private int[] positives(GoldenQuery query) {
    List<String> positives = model.config().positives();
    return query.history().stream()
        .filter(action -> action.actions().stream().anyMatch(positives::contains))
        .mapToInt(action -> row(action.item()))
        .toArray();
  }

  private int[] own(GoldenQuery query, CountedRanking ranking) {
    OwnActions own = new OwnActions(ranking.tables());
    for (int i = query.history().size() - 1; i >= 0; i--) {
      GoldenAction action = query.history().get(i);
      own.add(action.timeMs(), bits(action.actions(), model.config()));
    }
    return own.counts();
  }

  private List<Long> search(float[] vector, int breadth) {
    AnnResult found = index.search(vector, 1, AnnSearch.top(Math.min(breadth, index.size())));
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < found.found(0); i++) {
      ids.add(found.ids()[i]);
    }
    return ids;
  }

  private int row(long item) {
    int row = catalogue.row(item);
    if (row == Catalogue.UNKNOWN) {
      throw new BundleException("an item of the bundle expected, got " + item);
    }
    return row;
  }

  private static long bits(List<String> names, ModelConfig config) {
    long bits = 0;
    for (String name : names) {
      bits |= 1L << index(name, config.actions());
    }
    return bits;
  }

  private static int index(String name, List<String> names) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new BundleException("one of " + names + " expected, got '" + name + "'");
    }
    return index;
  }
}
