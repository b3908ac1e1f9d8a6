package io.unipin.cli.experiment;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.OptionTimes;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.kafka.KafkaOption;
import io.unipin.cli.kafka.TopicFolder;
import io.unipin.cli.policy.PolicyOptions;
import io.unipin.cli.policy.PolicyReport;
import io.unipin.cli.report.ExperimentReport;
import io.unipin.cli.report.ReportQuestion;
import io.unipin.serving.experiment.Experiments;
import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Joins exposures with outcomes, and compares the arms of an experiment. */
@Command(
    name = "report",
    description = "Joins exposures with outcomes and compares the arms of an experiment.",
    footer = {
      "",
      "The report is refused if the numbers of users do not fit the arms' shares. Effects are"
          + " adjusted by the users' past",
      "(CUPED). The columns 'always' hold however often a report is read. The columns 'once' hold"
          + " only if it is",
      "read a single time, at an end that was fixed before the experiment.",
      "",
      "Example:",
      "  ./unipin experiment report --config server.yaml --name wide-retrieval --exposures"
          + " exposures --served served",
      "  ./unipin experiment report --name wide --share control=1 --share wide=1 --exposures"
          + " e.parquet --outcomes o.csv",
      "  ./unipin experiment report --config server.yaml --name wide-retrieval --kafka server.yaml"
    })
final class ExperimentReportCommand implements Callable<Integer>, Checked {
  @Mixin private ExperimentOptions options;

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "The experiment.")
  private String name;

  @Option(
      names = "--exposures",
      paramLabel = "PATH",
      description = "A server's folder of exposures, or an exported Parquet or CSV file.")
  @Input(Input.Kind.ANY)
  private @Nullable Path exposures;

  @Mixin private KafkaOption kafka;

  @Option(names = "--served", paramLabel = "DIR", description = "The server's served log.")
  @Input(Input.Kind.FOLDER)
  private @Nullable Path served;

  @Option(
      names = "--outcomes",
      paramLabel = "FILE",
      description = "Parquet or CSV file with the columns user, timeMs, metric, value.")
  @Input(Input.Kind.FILE)
  private @Nullable Path outcomes;

  @Option(
      names = "--metric",
      paramLabel = "NAME[/NAME]",
      description =
          "A sum per user, such as click, or a ratio, such as click/impressions. Default: all"
              + " metrics.")
  private List<String> metrics = new ArrayList<>();

  @Option(
      names = "--control",
      defaultValue = "control",
      paramLabel = "ARM",
      description = "Arm with which the other arms are compared. Default: ${DEFAULT-VALUE}.")
  private String control;

  @Option(
      names = "--share",
      paramLabel = "ARM=N",
      description = "Relative share of an arm. Default: the configuration's shares.")
  private Map<String, Double> shares = new LinkedHashMap<>();

  @Option(
      names = "--expected-lift",
      defaultValue = "0.05",
      paramLabel = "X",
      description =
          "Typical size of lifts, relative to the control. Choose it before the first reading."
              + " Default: ${DEFAULT-VALUE}.")
  private double expectedLift;

  @Option(
      names = "--past",
      defaultValue = "P14D",
      paramLabel = "DURATION",
      description =
          "Length of a user's past before the exposure, as an ISO 8601 duration. Default:"
              + " ${DEFAULT-VALUE}.")
  private Duration past;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description =
          "Leave out exposures and outcomes from this time on, such as 2026-01-31T00:00:00Z."
              + " Default: leave out nothing.")
  private @Nullable Instant until;

  @Mixin private PolicyOptions policies;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    kafka.requireEither("--exposures", exposures != null);
    if (kafka.isGiven() && served != null) {
      throw new ParameterException(spec.commandLine(), "--served or --kafka expected, got both");
    }
    if (served == null && outcomes == null && !kafka.isGiven()) {
      throw new ParameterException(spec.commandLine(), "--served or --outcomes expected");
    }
    if (!policies.policies().isEmpty() && served == null) {
      throw new ParameterException(spec.commandLine(), "--policy needs --served");
    }
    policies.attribution();
    OptionTimes.requireDuration("--past", past);
    if (until != null) {
      OptionTimes.requireTime("--until", until);
    }
    question();
  }

  private ReportQuestion question() {
    Map<String, Double> parts = shares();
    Optional<String> salt = salt();
    try {
      return new ReportQuestion(
          name,
          control,
          parts,
          metrics.stream().map(ReportQuestion.Metric::parse).toList(),
          expectedLift,
          past,
          until == null ? Long.MAX_VALUE : until.toEpochMilli(),
          salt);
    } catch (SettingException e) {
      throw new CheckException("--" + e.key() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Integer call() throws IOException {
    ExperimentReport report = report();
    PrintWriter out = spec.commandLine().getOut();
    ReportText.print(report, out);
    Map<String, PolicyReport> byArm =
        served == null || exposures == null
            ? Map.of()
            : OtherPolicies.judge(exposures, served, policies, question(), metrics, out);
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("experiment", name);
      settings.put("control", control);
      settings.put("expected_lift", expectedLift);
      settings.put("past", past.toString());
      new Figures("experiment", settings, Map.of("report", report, "policies", byArm))
          .write(json, Home.find().root());
    }
    return 0;
  }

  private ExperimentReport report() {
    if (exposures != null) {
      return report(exposures, Optional.ofNullable(served));
    }
    try (TopicFolder topics = kafka.exposuresAndServed()) {
      return report(topics.path(), topics.served());
    }
  }

  private ExperimentReport report(Path met, Optional<Path> pages) {
    return ExperimentReport.of(question(), met, pages, Optional.ofNullable(outcomes));
  }

  /**
   * Returns the salt of the experiment in the configuration; empty if the shares are given by an
   * option.
   */
  private Optional<String> salt() {
    return shares.isEmpty() ? Optional.of(options.read().salt(name)) : Optional.empty();
  }

  private Map<String, Double> shares() {
    if (!shares.isEmpty()) {
      return given(shares);
    }
    Experiments experiments = options.read();
    double out = experiments.config().holdout() / 100;
    if (name.equals(Experiments.HOLDOUT) && out > 0) {
      return Map.of(Experiments.HELD_OUT, out, Experiments.IN, 1 - out);
    }
    return experiments
        .plan(name)
        .orElseThrow(() -> new ParameterException(spec.commandLine(), unknown(experiments)))
        .shares();
  }

  /** Returns the shares that options give, as parts of one. */
  private static Map<String, Double> given(Map<String, Double> shares) {
    shares.forEach(
        (arm, share) -> {
          if (!(share >= 0 && Double.isFinite(share))) {
            throw new CheckException(
                "--share: a finite number of 0 or more for each arm expected, got %s=%s"
                    .formatted(arm, share));
          }
        });
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    if (!(sum > 0 && Double.isFinite(sum))) {
      throw new CheckException("--share: a finite sum above 0 expected, got " + shares);
    }
    Map<String, Double> parts = new LinkedHashMap<>();
    shares.forEach((arm, share) -> parts.put(arm, share / sum));
    return parts;
  }

  private String unknown(Experiments experiments) {
    List<String> known =
        experiments.config().layers().values().stream()
            .flatMap(layer -> layer.experiments().keySet().stream())
            .sorted()
            .toList();
    return "--name: one of the experiments %s, or --share, expected, got '%s'%s"
        .formatted(known, name, Nearest.hint(name, known));
  }
}
