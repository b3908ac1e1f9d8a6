package io.unipin.serving.rpc;

import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.pipeline.Recommender;
import java.util.List;

/**
 * The bundle and the pipeline that serve a user.
 *
 * @param arm the user's arms in one text, or the default arm if the user is in no experiment
 * @param metricArm {@code arm}, or {@code many} if there are too many combinations of arms for
 *     metrics
 * @param assignments the user's arms
 * @param bundles holder of the bundle
 */
public record Route(
    String arm,
    String metricArm,
    List<Assignment> assignments,
    BundleHolder bundles,
    Recommender recommender) {
  public Route {
    assignments = List.copyOf(assignments);
  }

  /**
   * Returns the kind of a call about a user of this route, before the call runs. Calls of one kind
   * take similar times.
   *
   * <p>The kind is the name of the call and the expected outcome in the users' cache. The expected
   * outcome is {@code prefill} if the cache holds no state of the user. Otherwise it is
   * {@code append} if the request brings actions of its own, else {@code hit}. The real outcome may
   * differ, for example if the history has grown or another call encodes the user first. This
   * method takes no lease on the user's state, and its call does not count as a use of the state.
   */
  String kind(String rpc, UserContext user) {
    boolean[] cached = new boolean[1];
    bundles.ifServing(bundle -> cached[0] = recommender.isResident(bundle, user.getUserId()));
    if (!cached[0]) {
      return rpc + " prefill";
    }
    return rpc + (user.getRecentActionsCount() == 0 ? " hit" : " append");
  }
}
