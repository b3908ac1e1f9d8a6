package io.unipin.cli.training;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Input;
import io.unipin.cli.policy.ChosenPolicy;
import io.unipin.cli.policy.DrawPolicy;
import io.unipin.cli.policy.Policy;
import io.unipin.cli.policy.PolicyException;
import io.unipin.cli.policy.PolicyOptions;
import io.unipin.cli.policy.PolicyReport;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.log.ServedChoices;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Estimates the reward of a bundle from served pages. Uses only positions at which exploration
 * chose the item.
 */
final class ServedEvaluation {
  @Option(
      names = "--served",
      paramLabel = "DIR",
      description =
          "A server's served log, instead of --data. Estimates what the bundle's choices would have"
              + " been worth in the places that exploration decided. The server needs"
              + " slate.exploration.logCandidates: true.")
  @Input(Input.Kind.FOLDER)
  private @Nullable Path served;

  @Mixin private PolicyOptions options;

  boolean isWanted() {
    return served != null;
  }

  void check() {
    options.attribution();
    if (!options.policies().isEmpty() && served == null) {
      throw new CheckException("--policy: --served expected");
    }
  }

  /**
   * Prints estimates for these policies: one that shows the bundle's best items, one that does not
   * explore, and the policies that were asked for.
   *
   * @throws PolicyException if no estimate is possible
   */
  PolicyReport run(Path bundle, EngineOptions engine, PrintWriter out) {
    if (served == null) {
      throw new IllegalStateException("--served expected");
    }
    ServedChoices choices = ServedChoices.read(served, options.attribution(), out::println);
    List<Policy> policies = new ArrayList<>();
    List<String> actions;
    try (LoadedBundle loaded = BundleFolder.load(bundle, engine)) {
      actions = loaded.model().config().positives();
      policies.add(
          new ChosenPolicy("best of bundle", choices.all(), BundleChoices.of(choices, loaded)));
    }
    policies.add(DrawPolicy.parse("drawn=0"));
    policies.addAll(options.policies());
    PolicyReport report = PolicyReport.of(policies, actions, choices.all());
    if (report.estimates().isEmpty()) {
      throw new PolicyException(report.refused().get(0));
    }
    report.print(out);
    return report;
  }
}
