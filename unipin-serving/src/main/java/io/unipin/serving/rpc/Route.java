package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.pipeline.Recommender;
import java.util.List;

/**
 * What serves a user.
 *
 * @param arm the user's arms in one word, or that of a server without experiments
 * @param metricArm the same, or another word where there are too many combinations of arms for metrics
 * @param assignments the user's arms
 * @param bundles holds the bundle
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
