package io.unipin.benchmarks.experiment;

import io.unipin.benchmarks.experiment.SequentialTrials.Alarms;
import io.unipin.benchmarks.experiment.SequentialTrials.Setting;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tests assignment and statistics on simulated users. */
@Command(
    name = "experiments",
    description =
        "Tests whether arms get their shares, and how often each statistical test claims an effect"
            + " that does not exist.",
    footer = {"", "Example:", "  ./unipin bench experiments --json experiments.json"})
public final class ExperimentsCommand implements Callable<Integer> {
  private static final long SEED = 20_260_101;
  private static final int[] WEIGHTS = {50, 30, 15, 5};
  private static final List<Double> RAMP = List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0);
  private static final List<Double> CORRELATIONS = List.of(0.3, 0.5, 0.7, 0.9);
  private static final int PEEKS = 100;
  private static final double TAU = 0.1;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Option(names = "--quick", description = "Run a tenth of the trials, with the same keys.")
  private boolean quick;

  @Spec private CommandSpec spec;

  private final Map<String, Object> results = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    int part = quick ? 10 : 1;
    try (Progress progress = Progress.begin("experiments", -1)) {
      assignment(part, progress);
      sequential(part, progress);
      variance(part, progress);
    }
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("figure", "value");
    results.forEach(
        (name, value) -> table.row(name, String.format(Locale.ROOT, "%.4f", (Double) value)));
    table.print(out);
    if (json != null) {
      new Figures("experiments", settings(part), results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
    return 0;
  }

  private Map<String, Object> settings(int part) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", quick);
    settings.put("users", 1_000_000 / part);
    settings.put("weights", WEIGHTS);
    settings.put("salts", 1000 / part);
    settings.put("users_per_salt", 20_000);
    settings.put("ramp_percent", RAMP);
    settings.put("simulations", 10_000 / part);
    settings.put("peeks", PEEKS);
    settings.put("users_per_arm_and_peek", 100);
    settings.put("tau_in_standard_deviations", TAU);
    settings.put("cuped_correlations", CORRELATIONS);
    settings.put("seed", SEED);
    return settings;
  }

  private void assignment(int part, Progress progress) {
    measure(
        progress,
        "farthest_arm_in_sigma",
        () -> AssignmentTrials.farthestArm(1_000_000 / part, WEIGHTS));
    measure(
        progress,
        "uniform_salts",
        () -> AssignmentTrials.uniformSalts(1000 / part, 20_000, WEIGHTS));
    measure(
        progress,
        "users_moved_by_ramp",
        () -> (double) AssignmentTrials.moved(1_000_000 / part, RAMP));
  }

  private void sequential(int part, Progress progress) {
    int simulations = 10_000 / part;
    Setting none = new Setting(simulations, PEEKS, 100, 0, TAU);
    progress.at(0, -1, "A/A simulations");
    alarms("", SequentialTrials.run(none, SequentialTrials::normal, SEED));
    alarms("_skewed", SequentialTrials.run(none, SequentialTrials::skewed, SEED));
    Setting some = new Setting(simulations / 10, PEEKS, 100, 0.05, TAU);
    progress.at(0, -1, "A/B simulations");
    Alarms found = SequentialTrials.run(some, SequentialTrials::normal, SEED);
    results.put("power_sequential", found.sequential());
    results.put("power_fixed_horizon", found.once());
  }

  private void alarms(String suffix, Alarms alarms) {
    results.put("false_alarms_sequential" + suffix, alarms.sequential());
    results.put("false_alarms_naive" + suffix, alarms.naive());
    results.put("false_alarms_fixed_horizon" + suffix, alarms.once());
  }

  private void variance(int part, Progress progress) {
    DoubleStream ratios =
        CORRELATIONS.stream()
            .mapToDouble(rho -> VarianceTrials.cupedRatio(rho, 1_000_000 / part, SEED));
    measure(
        progress,
        "cuped_variance_error",
        () -> ratios.map(ratio -> Math.abs(ratio - 1)).max().orElseThrow());
    VarianceTrials.Coverage coverage = VarianceTrials.ratioCoverage(2000 / part, 1000, SEED);
    results.put("ratio_coverage_delta", coverage.delta());
    results.put("ratio_coverage_pooled", coverage.pooled());
    measure(
        progress,
        "refused_when_sound",
        () -> VarianceTrials.refused(2000 / part, 100_000, 0, SEED));
    measure(
        progress,
        "refused_at_3_percent_loss",
        () -> VarianceTrials.refused(2000 / part, 100_000, 0.03, SEED));
  }

  private void measure(Progress progress, String name, Supplier<Double> trial) {
    progress.at(0, -1, name);
    results.put(name, trial.get());
  }
}
