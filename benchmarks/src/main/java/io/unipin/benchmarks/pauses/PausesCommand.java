package io.unipin.benchmarks.pauses;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.DemoBundle;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how a server recovers after disturbances from outside. */
@Command(
    name = "pauses",
    description = {
      "Stops a server for seconds, or takes its cores, while ten pages per second are requested."
          + " Measures when pages are complete again.",
      "There are 24 scenarios: four disturbances, three deadlines, and cached or new users. Each"
          + " scenario has its own server, which serves the demo's bundle. A run takes about 65"
          + " minutes. With --quick it has six scenarios and shorter spans, and takes about 9"
          + " minutes with the training.",
      "whole_again_s: seconds after the worst disturbance until two seconds begin in which every"
          + " page is complete.",
      "degraded_after: how many more pages were degraded or refused from 5 s after a disturbance"
          + " on than in an equally long time before it, over all scenarios. The server's answer"
          + " counts; the deadline begins when a call reaches the server."
    },
    footer = {"", "Example:", "  ./unipin bench pauses --quick --json pauses.json"})
public final class PausesCommand implements Callable<Integer> {
  private static final Duration SPAN = Duration.ofMinutes(1);
  private static final Duration QUICK_SPAN = Duration.ofSeconds(20);
  private static final int QUICK_EPOCHS = 1;

  @Option(
      names = "--quick",
      description = "Play six scenarios, and watch each for 20 s instead of 60.")
  private boolean quick;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Serve this bundle instead of training the demo's.")
  @Input(Input.Kind.BUNDLE)
  private @Nullable Path given;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("unipin-pauses");
    List<PauseScenario.Outcome> outcomes = new ArrayList<>();
    try {
      Path bundle =
          given == null
              ? DemoBundle.train(Home.find(), folder, quick ? QUICK_EPOCHS : 0)
              : given.toAbsolutePath();
      List<PauseScenario> scenarios = quick ? PauseScenario.few() : PauseScenario.all();
      try (Progress progress = Progress.begin("pauses", scenarios.size())) {
        for (PauseScenario scenario : scenarios) {
          progress.at(outcomes.size(), scenarios.size(), scenario.disturbance().label());
          outcomes.add(play(scenario, bundle, folder.resolve("server-" + outcomes.size())));
        }
      }
    } finally {
      FileTree.delete(folder);
    }
    report(outcomes);
    return 0;
  }

  private PauseScenario.Outcome play(PauseScenario scenario, Path bundle, Path work)
      throws IOException, InterruptedException {
    try (BenchServer server = BenchServer.beside(bundle, work);
        UniPinClient client = UniPinClient.connect(server.address())) {
      return new PauseRun(server, client, scenario, quick ? QUICK_SPAN : SPAN).run();
    }
  }

  private void report(List<PauseScenario.Outcome> outcomes) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Table table =
        new Table(
            "disturbance",
            "deadline ms",
            "users",
            "pages",
            "less before",
            "whole again s",
            "less after",
            "what");
    for (PauseScenario.Outcome outcome : outcomes) {
      table.row(
          outcome.scenario().disturbance().label(),
          outcome.scenario().deadline().toMillis(),
          outcome.scenario().users(),
          outcome.pages(),
          outcome.before(),
          String.format(Locale.ROOT, "%.1f", outcome.wholeAgainSeconds()),
          outcome.after(),
          outcome.missing());
    }
    table.print(out);
    Map<String, Object> results = results(outcomes);
    out.printf(Locale.ROOT, "whole_again_s: %.1f%n", (Double) results.get("whole_again_s"));
    out.println("degraded_after: " + results.get("degraded_after"));
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("quick", quick);
      settings.put("span_seconds", (quick ? QUICK_SPAN : SPAN).toSeconds());
      settings.put("bundle", given == null ? "demo" : String.valueOf(given.getFileName()));
      new Figures("pauses", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }

  static Map<String, Object> results(List<PauseScenario.Outcome> outcomes) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put(
        "whole_again_s",
        outcomes.stream()
            .mapToDouble(PauseScenario.Outcome::wholeAgainSeconds)
            .max()
            .orElse(Double.NaN));
    results.put(
        "degraded_after", outcomes.stream().mapToLong(PauseScenario.Outcome::degradedAfter).sum());
    results.put("scenarios", outcomes.stream().map(PauseScenario.Outcome::toJson).toList());
    return results;
  }
}
