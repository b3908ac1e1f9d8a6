package io.unipin.serving.console;

import io.unipin.ann.AnnIndex;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.UserHistory;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures which share of an exact search's results the approximate index finds. The queries are
 * made from stored histories.
 */
final class RecallCheck {
  private static final int MAX_USERS = 500;
  private static final int MAX_K = 1000;

  private final Workbench workbench;
  private final ConsoleParts parts;

  RecallCheck(Workbench workbench, ConsoleParts parts) {
    this.workbench = workbench;
    this.parts = parts;
  }

  /**
   * The size of the measurement: number of users from the history store, and number of items per
   * user.
   */
  record Form(int users, int k) {}

  /**
   * The shares of the nearest items that the index found, one share per user.
   *
   * @param stored whether the users come from the history store; false if the store was empty and a
   *     user without actions was used
   */
  public record Result(
      String bundle,
      String index,
      int items,
      int k,
      boolean stored,
      double mean,
      double least,
      List<Double> recalls) {}

  /**
   * Measures the recall in one step of work per user, so that users' requests can run between the
   * steps.
   */
  Result run(Form form) {
    Forms.checkRange("users", form.users(), 1, MAX_USERS);
    Forms.checkRange("k", form.k(), 1, MAX_K);
    List<UserHistory> sample = parts.histories().sample(form.users());
    boolean stored = !sample.isEmpty();
    List<UserHistory> users = stored ? sample : List.of(UserHistory.EMPTY);
    Target target =
        workbench.run(
            "RecallIndex", parts.services().bundles().own(), (bundle, clock) -> Target.of(bundle));
    try (AnnIndex exact = target.exact()) {
      List<Double> recalls = new ArrayList<>(users.size());
      for (UserHistory user : users) {
        recalls.add(
            workbench.run(
                "Recall",
                parts.services().bundles().own(),
                (bundle, clock) -> {
                  target.requireSame(bundle);
                  return parts.recommender().recall(bundle, user, exact, form.k(), clock);
                }));
      }
      double mean = recalls.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      double least = recalls.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
      return new Result(
          target.bundle(),
          target.index(),
          exact.size(),
          form.k(),
          stored,
          mean,
          least,
          recalls.stream().sorted().toList());
    }
  }

  /** The measured bundle, with an exact index over the same items. */
  private record Target(String bundle, String index, AnnIndex exact) {
    static Target of(LoadedBundle bundle) {
      return new Target(bundle.name(), bundle.indexVersion(), bundle.exactIndex());
    }

    void requireSame(LoadedBundle now) {
      if (!now.name().equals(bundle) || !now.indexVersion().equals(index)) {
        throw ServingException.invalid(
            "bundle", "%s expected to serve on, but %s does now".formatted(bundle, now.name()));
      }
    }
  }
}
