package io.unipin.serving;

import io.unipin.feedlog.FeedRules;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.LayerConfig;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.rpc.Route;
import io.unipin.serving.rpc.Routes;
import io.unipin.serving.settings.ArmSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses the bundle and the pipeline of each user according to the user's arms.
 *
 * <p>An arm may name its own bundle and its own settings. An arm without changes uses the server's
 * bundle and pipeline. Thread-safe.
 */
final class ArmRoutes implements Routes, AutoCloseable {
  /**
   * Largest number of arm combinations that metrics name one by one. If there are more
   * combinations, all of them share one name.
   */
  private static final int MAX_METRIC_ARMS = 32;

  private final String name;
  private final Experiments experiments;
  private final Recommender base;
  private final RecommenderConfig config;
  private final BundleHolder serving;

  /** The holders of the arms' own bundles, by bundle name. */
  private final Map<String, BundleHolder> bundles = new LinkedHashMap<>();

  /** The routes made so far, at most one per combination of arms. */
  private final ConcurrentMap<List<Assignment>, Route> routes = new ConcurrentHashMap<>();

  /**
   * Creates the routes. Users whose arms change no settings get the server's own pipeline and
   * bundle.
   *
   * @param name name of the default arm; users who take part in no experiment get this arm
   * @param onDrained receives each bundle of an arm before that bundle is closed
   */
  ArmRoutes(
      String name,
      Experiments experiments,
      Recommender base,
      RecommenderConfig config,
      BundleHolder serving,
      Consumer<LoadedBundle> onDrained) {
    this.name = name;
    this.experiments = experiments;
    this.base = base;
    this.config = config;
    this.serving = serving;
    arms()
        .map(ArmConfig::bundle)
        .filter(bundle -> !bundle.isEmpty())
        .forEach(bundle -> bundles.computeIfAbsent(bundle, any -> new BundleHolder(onDrained)));
  }

  private Stream<ArmConfig> arms() {
    return experiments.config().layers().values().stream()
        .map(LayerConfig::experiments)
        .flatMap(plans -> plans.values().stream())
        .map(ExperimentPlan::arms)
        .flatMap(arms -> arms.values().stream());
  }

  /**
   * Loads the arms' bundles with the given function and puts them in service. Before that, each
   * bundle gets the current live items and the current tables of counts.
   */
  void load(Function<String, LoadedBundle> loader, ItemChanges items, CountsReloads counts) {
    bundles.forEach(
        (name, holder) -> {
          LoadedBundle bundle = loader.apply(name);
          try {
            Runnable swap = () -> holder.swap(bundle);
            counts.serve(bundle, () -> items.serve(holder, bundle, swap));
          } finally {
            if (!holder.isServing()) {
              bundle.close();
            }
          }
        });
  }

  /** Returns the holders of the arms' own bundles. */
  Collection<BundleHolder> bundles() {
    return Collections.unmodifiableCollection(bundles.values());
  }

  /**
   * Returns one list per bundle of {@link #bundles}, in the same order. The list holds the arms
   * that use the bundle, written as {@code experiment=arm}.
   */
  List<List<String>> armsByBundle() {
    Map<String, List<String>> arms = new LinkedHashMap<>();
    bundles.keySet().forEach(bundle -> arms.put(bundle, new ArrayList<>()));
    for (LayerConfig layer : experiments.config().layers().values()) {
      layer.experiments().forEach((name, plan) -> addArms(name, plan, arms));
    }
    return List.copyOf(arms.values());
  }

  private static void addArms(
      String experiment, ExperimentPlan plan, Map<String, List<String>> arms) {
    plan.arms()
        .forEach(
            (arm, config) -> {
              List<String> named = arms.get(config.bundle());
              if (named != null) {
                named.add(experiment + "=" + arm);
              }
            });
  }

  /** Throws if the settings of the server or of an arm do not fit a bundle. */
  void check(LoadedBundle bundle) {
    base.check(bundle);
    arms()
        .filter(arm -> !arm.settings().isEmpty())
        .forEach(arm -> base.with(ArmSettings.apply(config, arm.settings())).check(bundle));
  }

  @Override
  public Route of(String user) {
    return routes.computeIfAbsent(assign(user), this::build);
  }

  @Override
  public Route of(String user, String arm) {
    Assignment chosen =
        experiments
            .arm(arm)
            .orElseThrow(
                () ->
                    ServingException.invalid(
                        "arm", "experiment=arm of this server expected, got '" + arm + "'"));
    return routes.computeIfAbsent(Experiments.replace(assign(user), chosen), this::build);
  }

  private List<Assignment> assign(String user) {
    // A request whose user id is too long is refused later, so such an id is not hashed here.
    return experiments.assign(user.length() <= FeedRules.ID_CHARS ? user : "");
  }

  @Override
  public List<BundleHolder> holders() {
    return Stream.concat(Stream.of(serving), bundles.values().stream()).toList();
  }

  private Route build(List<Assignment> assignments) {
    RecommenderConfig settings = config;
    BundleHolder holder = serving;
    for (Assignment assignment : assignments) {
      Optional<ArmConfig> arm =
          experiments.plan(assignment.experiment()).map(plan -> plan.arms().get(assignment.arm()));
      if (arm.isPresent()) {
        settings = ArmSettings.apply(settings, arm.get().settings());
        String bundle = arm.get().bundle();
        holder = bundle.isEmpty() ? holder : Objects.requireNonNull(bundles.get(bundle));
      }
    }
    Recommender recommender = settings.equals(config) ? base : base.with(settings);
    String arm =
        assignments.isEmpty()
            ? name
            : assignments.stream().map(Assignment::label).collect(Collectors.joining(","));
    String metricArm = combinations() <= MAX_METRIC_ARMS || assignments.isEmpty() ? arm : "many";
    return new Route(arm, metricArm, assignments, holder, recommender);
  }

  /** Returns the number of arm combinations. In each layer, a user is in one arm or in no arm. */
  private double combinations() {
    return experiments.config().layers().values().stream()
        .mapToDouble(
            layer ->
                1
                    + layer.experiments().values().stream()
                        .mapToInt(plan -> plan.arms().size())
                        .sum())
        .reduce(1, (one, other) -> one * other);
  }

  /** Takes the arms' bundles out of service. */
  @Override
  public void close() {
    bundles.values().forEach(BundleHolder::close);
  }
}
