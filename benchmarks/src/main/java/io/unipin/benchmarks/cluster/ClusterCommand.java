package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what users of a fleet notice while its parts die. */
@Command(
    name = "cluster",
    description = {
      "Starts replicas, their Redis and their Kafka on this machine, lets users act, and kills"
          + " parts.",
      "lost_actions: acknowledged actions that no page counts any more. wrong_pages: sampled pages"
          + " that differ from the ones that a server without any state computes from the whole"
          + " history. failed_share, degraded_share: calls that failed, and pages that were named"
          + " degraded. hits_after_death: share of pages without a whole encoding in seconds 10 to"
          + " 20 after a replica's death, divided by the share before.",
      "A run kills 60 times and takes about an hour; with --quick six times, in about 15 minutes."
    },
    footer = {"", "Example:", "  ./unipin bench cluster --quick --json cluster.json"})
public final class ClusterCommand implements Callable<Integer> {
  @Mixin private BenchOptions options;

  @Option(
      names = "--scenes",
      paramLabel = "NAME",
      split = ",",
      description = "Play only these scenes: ${COMPLETION-CANDIDATES}.")
  private List<SceneName> chosen = List.of(SceneName.values());

  @Spec private CommandSpec spec;

  /** The scenes, in the order in which they are played. */
  enum SceneName {
    shared,
    kills,
    rolling,
    routing,
    away,
    warm,
    erase,
    embedded
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (chosen.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "one scene or more expected, got none");
    }
    Map<String, Object> results = new LinkedHashMap<>();
    try (ClusterWorld world = ClusterWorld.create(options.quick());
        Progress progress = Progress.begin("cluster", chosen.size())) {
      for (int i = 0; i < chosen.size(); i++) {
        progress.at(i, chosen.size(), chosen.get(i).name());
        results.putAll(play(chosen.get(i), world));
      }
    }
    report(results);
    return 0;
  }

  private static Map<String, Object> play(SceneName scene, ClusterWorld world)
      throws IOException, InterruptedException {
    return switch (scene) {
      case shared -> new SharedScene(world).play();
      case kills -> new KillScene(world).play();
      case rolling -> new RollingScene(world).play();
      case routing -> new RoutingScene(world).play();
      case away -> Map.of("away", new AwayScene(world).play());
      case warm -> Map.of("warm_restart_hits", new WarmScene(world).play());
      case erase -> new EraseScene(world).play();
      case embedded -> new EmbeddedScene(world).play();
    };
  }

  private void report(Map<String, Object> results) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("figure", "value");
    results.forEach((name, value) -> table.row(name, value));
    table.print(out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("scenes", chosen.stream().map(Enum::name).toList());
    options.write("cluster", settings, results, out);
  }
}
