package io.unipin.cli.training;

import io.unipin.evaluate.HistoryEncoder;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.log.ServedChoices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Finds the items that a bundle would have shown in the positions that exploration filled. */
final class BundleChoices {
  private final FeedLog log;
  private final ServingModel model;
  private final float[] weights;

  private BundleChoices(FeedLog log, ServingModel model) {
    this.log = log;
    this.model = model;
    ModelConfig config = model.config();
    this.weights = new float[config.actions().size()];
    config.positives().forEach(action -> weights[config.actions().indexOf(action)] = 1);
  }

  /**
   * Returns, for each choice, the option to which the bundle gives the highest utility. The utility
   * gives each positive action the weight 1. The bundle reads the user's history at the time of the
   * page. An element is empty if the bundle knows none of the options. Each choice takes one call
   * of the model.
   */
  static List<OptionalLong> of(ServedChoices choices, LoadedBundle bundle) {
    ModelConfig config = bundle.model().config();
    FeedSchema schema = new FeedSchema(config.actions(), config.positives(), config.surfaces());
    FeedLog log = choices.optionsLog(schema, bundle.catalogue());
    return new BundleChoices(log, bundle.model()).best();
  }

  private List<OptionalLong> best() {
    List<OptionalLong> best = new ArrayList<>();
    try (HistoryEncoder encoder = new HistoryEncoder(log, model)) {
      for (int user = 0; user < log.users(); user++) {
        for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
          best.add(best(encoder, user, view));
        }
        encoder.forget(user);
      }
    }
    return best;
  }

  private OptionalLong best(HistoryEncoder encoder, int user, int view) {
    int[] items =
        Arrays.copyOfRange(
            log.impressionItems(), log.impressionStart(view), log.impressionStart(view + 1));
    if (items.length == 0) {
      return OptionalLong.empty();
    }
    int history = log.viewHistory()[view];
    long last =
        history == 0 ? FeedLog.NO_TIME : log.actionTimes()[log.actionStart(user) + history - 1];
    RequestContext context =
        new RequestContext(log.viewSurfaces()[view], GapBuckets.of(last, log.viewTimes()[view]));
    try (KvLease lease = encoder.encode(user, history)) {
      float[] scores = model.score(lease.kv(), lease.rows(), items, context, new int[1]);
      int best = 0;
      for (int i = 1; i < items.length; i++) {
        best = utility(scores, i) > utility(scores, best) ? i : best;
      }
      return OptionalLong.of(log.catalogue().id(items[best]));
    }
  }

  private double utility(float[] scores, int item) {
    double sum = 0;
    for (int action = 0; action < weights.length; action++) {
      sum += (double) weights[action] * scores[item * weights.length + action];
    }
    return sum;
  }
}
