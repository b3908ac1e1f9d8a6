package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.pipeline.Recommender;
import java.util.List;

/**
 * The bundle and the pipeline that serve a user.
 *
 * @param arm the user's arms in one text, or the server's own arm if the user is in no experiment
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
}
