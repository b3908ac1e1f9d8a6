package io.unipin.benchmarks.stages;

import io.unipin.benchmarks.headline.HeadlineWorld;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.FigureRows;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Sections;
import io.unipin.counts.CountedRanking;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what counts and pre-ranking cost and save. */
@Command(
    name = "stages",
    description = {
      "Measures what the stages of a page change that a bundle may lack, at 512 actions and 200"
          + " candidates.",
      "counts: the time of scoring with counts and without, and the time to look counts up.",
      "pre_rank: pages per second of sessions when pre-ranking chooses fewer candidates from five"
          + " times as many, against 200 candidates without it."
    },
    footer = {"", "Example:", "  ./unipin bench stages --json stages.json --quick"})
public final class StagesCommand implements Callable<Integer> {
  private static final int HISTORY = 512;
  private static final int CANDIDATES = 200;
  private static final int USERS = 20_000;
  private static final int[] FEWER = {80, 40};

  /** The parts of the benchmark. */
  private enum Section {
    COUNTS,
    PRE_RANK
  }

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Parts: counts, pre_rank.")
  private Set<Section> only = EnumSet.noneOf(Section.class);

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Stages.Plan plan = Stages.Plan.of(options.quick());
    Map<String, Object> results = new LinkedHashMap<>();
    PrintWriter out = spec.commandLine().getOut();
    try (ScratchFolder folder = ScratchFolder.create("stages")) {
      Path bundles = folder.path().resolve("bundles");
      HeadlineWorld base = new HeadlineWorld(bundles, HISTORY, CANDIDATES);
      CountedRanking counts =
          new StagesWorld(base.shape(), bundles, USERS).publish(HeadlineWorld.INDEX, folder.path());
      Stages stages = new Stages(base, counts, folder.path(), plan);
      Sections.measure(
          "stages", Section.values(), only, section -> measure(section, stages, results, out));
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("rounds", plan.rounds());
    settings.put("history", HISTORY);
    settings.put("candidates", CANDIDATES);
    settings.put("items", HeadlineWorld.ITEMS);
    options.write("stages", settings, results, out);
    return 0;
  }

  private static void measure(
      Section section, Stages stages, Map<String, Object> results, PrintWriter out)
      throws InterruptedException {
    List<Map<String, Object>> rows;
    if (section == Section.COUNTS) {
      Map<String, Object> counts = stages.counts();
      results.put(Sections.key(section), counts);
      rows = List.of(counts);
    } else {
      rows = stages.preRank(FEWER);
      results.put(Sections.key(section), rows);
      results.put("pre_rank_pages_ratio", rows.get(1).get("pages_ratio"));
    }
    FigureRows.print(rows, out);
  }
}
