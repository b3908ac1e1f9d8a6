package io.unipin.serving.console;

import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvTierStats;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundleException;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleSummary;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.fleet.FleetView;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.inspect.Verdict;
import io.unipin.serving.items.ItemPlace;
import io.unipin.serving.items.ItemsStatus;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.metrics.LiveSample;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.rpc.Route;
import io.unipin.serving.rpc.Routes;
import io.unipin.serving.user.Erasure;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of the console's page. Each answer is a record that is written as JSON.
 * Thread-safe.
 */
final class ConsoleApi implements AutoCloseable {
  /** The verdicts on items that no search found. The bundle may not serve such an item at all. */
  private static final Set<Verdict> NOT_FOUND =
      Set.of(Verdict.UNKNOWN, Verdict.NOT_RETRIEVED, Verdict.MISSED_BY_INDEX);

  private final ConsoleParts parts;
  private final Workbench workbench;
  private final RecallCheck recall;
  private final LiveSeries live;

  ConsoleApi(ConsoleParts parts) {
    this.parts = parts;
    this.workbench = new Workbench(parts.services().admission());
    this.recall = new RecallCheck(workbench, parts);
    this.live =
        new LiveSeries(
            () ->
                parts.services().telemetry().metrics().sample(parts.services().identity().nowMs()));
  }

  /**
   * The serving bundle and other facts about the server.
   *
   * @param contentDim number of values in an item's content; 0 if the bundle's items have none
   * @param arms the arms of all experiments, written as {@code experiment=arm}
   */
  record Status(
      String bundle,
      String index,
      int items,
      int itemDim,
      int contentDim,
      int maxHistory,
      List<String> actions,
      List<String> positives,
      List<String> surfaces,
      List<String> arms,
      long loadedAtMs,
      String config,
      int maxPageSize,
      long nowMs) {}

  Status status() {
    try (BundleLease lease = parts.services().bundles().own().acquire()) {
      LoadedBundle bundle = lease.bundle();
      ModelConfig model = bundle.model().config();
      return new Status(
          bundle.name(),
          bundle.indexVersion(),
          model.items(),
          model.itemDim(),
          model.contentDim(),
          model.maxHistory(),
          model.actions(),
          model.positives(),
          model.surfaces(),
          ExperimentViews.arms(parts.experiments()),
          bundle.loadedAt().toEpochMilli(),
          parts.services().identity().configVersion(),
          parts.services().identity().maxPageSize(),
          parts.services().identity().nowMs());
    }
  }

  List<LiveSample> live(long afterMs) {
    return live.after(afterMs);
  }

  /**
   * Inspects a request with the bundle and the settings of the arm that the form names. If the form
   * names no arm, the user's own arm is used, as in a real request.
   */
  InspectionView inspect(InspectionForm form) {
    Routes routes = parts.services().bundles().routes();
    Route route =
        form.arm().isEmpty() ? routes.of(form.user()) : routes.of(form.user(), form.arm());
    int maxPageSize = parts.services().identity().maxPageSize();
    long nowMs = parts.services().identity().nowMs();
    Inspected inspected =
        workbench.run(
            "Inspect",
            route.bundles(),
            (bundle, clock) -> {
              ItemNames names = ItemNames.of(List.of(bundle.items()));
              PageQuery query = form.query(bundle.model().config(), maxPageSize, nowMs);
              OptionalLong item = form.itemId(names);
              List<Long> items = new ArrayList<>(form.explained());
              item.ifPresent(id -> items.add(0, id));
              Inspection inspection = route.recommender().inspect(bundle, query, items, clock);
              return new Inspected(inspection, names, item.isPresent());
            });
    String bundle = inspected.inspection().trace().bundle();
    return InspectionView.of(
        form.user(), inspected, route.assignments(), verdict -> whyNotServed(verdict, bundle));
  }

  /**
   * An inspected request, and the item names of the bundle that answered it.
   *
   * @param asksForItem whether the first explained item is the one that the form names
   */
  record Inspected(Inspection inspection, ItemNames names, boolean asksForItem) {}

  /**
   * Returns why the inspected bundle does not serve an item. The text is empty if the bundle serves
   * the item.
   */
  private String whyNotServed(ItemExplanation verdict, String bundle) {
    if (!NOT_FOUND.contains(verdict.verdict())) {
      return "";
    }
    return parts.services().bundles().items().find(verdict.id()).places().stream()
        .filter(place -> place.bundle().equals(bundle))
        .map(ItemPlace::reason)
        .findFirst()
        .orElse("");
  }

  /** Returns counts and sizes of the items that callers put. */
  ItemsStatus items() {
    return parts.services().bundles().items().itemsStatus();
  }

  /** The body of a request that names a user by id. */
  record UserForm(@Nullable String user) {}

  record UserInCache(boolean resident, long lifetime, int kept, List<Assignment> experiments) {}

  UserInCache lookUp(UserForm form) {
    String user = Forms.user(form.user());
    UserHistory history = parts.histories().read(user);
    Route route = parts.services().bundles().routes().of(user);
    try (BundleLease lease = route.bundles().acquire()) {
      return new UserInCache(
          route.recommender().isResident(lease.bundle(), user),
          history.lifetime(),
          history.newest().size(),
          route.assignments());
    }
  }

  /** A finished erasure, with the names of replicas that have not confirmed it. */
  record Erased(boolean existed, List<String> unconfirmed, List<String> unseen) {}

  Erased erase(UserForm form) {
    Erasure erasure = parts.services().users().erase(Forms.user(form.user())).whole();
    return new Erased(
        erasure.existed(), erasure.replicas().unconfirmed(), erasure.replicas().unseen());
  }

  /** Returns the replicas of the fleet. */
  FleetView fleet() {
    return parts.fleet().view();
  }

  KvCacheStats cache() {
    return parts.services().users().cacheStats();
  }

  /** Returns the figures of the tiers below the cache. */
  List<KvTierStats> tiers() {
    return parts.services().users().tierStats();
  }

  RecallCheck.Result recall(RecallCheck.Form form) {
    return recall.run(form);
  }

  ExperimentViews.Overview experiments() {
    return ExperimentViews.of(parts.experiments());
  }

  /** All bundles of the folder and the name of the serving bundle. */
  record Bundles(String serving, List<BundleSummary> bundles) {}

  Bundles bundles() {
    try {
      return new Bundles(status().bundle(), parts.reader().summaries());
    } catch (BundleException e) {
      throw new ServingException(FailureKind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  /** The body of a request that names a bundle. */
  record BundleForm(@Nullable String bundle) {}

  Status load(BundleForm form) {
    try {
      parts.services().bundles().control().load(form.bundle() == null ? "" : form.bundle());
    } catch (BundleException e) {
      throw ServingException.invalid("bundle", String.valueOf(e.getMessage()));
    }
    return status();
  }

  @Override
  public void close() {
    live.close();
  }
}
