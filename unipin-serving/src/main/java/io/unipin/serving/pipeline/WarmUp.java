package io.unipin.serving.pipeline;

import io.unipin.kvcache.UserKvCache;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RequestedHistory;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests of many shapes that a worker answers before it takes callers' requests.
 *
 * <p>During these requests, the engine prepares itself for each thread and each shape. The ladder
 * learns the cost of each stage.
 *
 * <p>Immutable. A step may run on several threads at the same time.
 */
final class WarmUp {
  private static final long BETWEEN_ACTIONS_MS = 1000;

  /** A user id for the warm-up. Callers' ids never hold control characters. */
  private static final String USER = "\u0000";

  private final Recommender recommender;
  private final UserKvCache cache;
  private final LoadedBundle bundle;

  WarmUp(Recommender recommender, UserKvCache cache, LoadedBundle bundle) {
    this.recommender = recommender;
    this.cache = cache;
    this.bundle = bundle;
  }

  /**
   * Returns one step for each history length 0, 1, 2, 4, … and two steps for the longest history.
   * The first step also does the work that all shapes share.
   */
  List<Runnable> steps() {
    int longest = bundle.model().config().maxHistory();
    List<Runnable> steps = new ArrayList<>();
    steps.add(() -> visit(longest));
    steps.add(() -> visit(0));
    for (int length = 1; length < longest; length *= 2) {
      int actions = length;
      steps.add(() -> visit(actions));
    }
    steps.add(() -> visit(longest));
    return steps;
  }

  /** Runs a prefill, a hit, an append of one action and an append of several actions. */
  private void visit(int length) {
    String user = USER + Thread.currentThread().getName();
    try {
      page(user, length, 0);
      page(user, length, 0);
      page(user, length, 1);
      page(user, length, 4);
    } finally {
      cache.erase(user);
    }
  }

  private void page(String user, int length, int fresh) {
    List<RecordedAction> stored = actions(0, length);
    UserInput input =
        new UserInput(
            user,
            new RequestedHistory(stored, 0),
            actions(length, fresh),
            "",
            (length + fresh) * BETWEEN_ACTIONS_MS);
    Wishes wishes = new Wishes(Map.of(), Map.of(), new long[0], true);
    recommender.retrieveAndRank(
        bundle,
        new PageQuery("", input, wishes, 0, "", 0),
        new StageClock(new NoLimit(), System::nanoTime));
  }

  private List<RecordedAction> actions(int from, int count) {
    ModelConfig config = bundle.model().config();
    List<RecordedAction> actions = new ArrayList<>(count);
    for (int i = from; i < from + count; i++) {
      long item = bundle.catalogue().id(i % bundle.catalogue().size());
      actions.add(
          new RecordedAction(item, List.of(), config.surfaces().get(0), i * BETWEEN_ACTIONS_MS));
    }
    return actions;
  }

  private static final class NoLimit implements CallBudget {
    @Override
    public void check() {}

    @Override
    public Duration remaining() {
      return Duration.ofMinutes(1);
    }
  }
}
