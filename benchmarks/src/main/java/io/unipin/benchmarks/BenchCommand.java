package io.unipin.benchmarks;

import io.unipin.benchmarks.ann.AnnCommand;
import io.unipin.benchmarks.cluster.ClusterCommand;
import io.unipin.benchmarks.device.DeviceCommand;
import io.unipin.benchmarks.erasure.ErasureCommand;
import io.unipin.benchmarks.experiment.ExperimentsCommand;
import io.unipin.benchmarks.fuzz.FuzzCommand;
import io.unipin.benchmarks.gpu.GpuPackCommand;
import io.unipin.benchmarks.headline.HeadlineCommand;
import io.unipin.benchmarks.items.ItemsCommand;
import io.unipin.benchmarks.kvcache.KvCacheCommand;
import io.unipin.benchmarks.load.OverloadCommand;
import io.unipin.benchmarks.load.SoakCommand;
import io.unipin.benchmarks.load.SwapCommand;
import io.unipin.benchmarks.model.EfficiencyCommand;
import io.unipin.benchmarks.model.EngineCommand;
import io.unipin.benchmarks.model.PrecisionCommand;
import io.unipin.benchmarks.model.RankForwardCommand;
import io.unipin.benchmarks.model.ScalingCommand;
import io.unipin.benchmarks.pauses.PausesCommand;
import io.unipin.benchmarks.quality.CountsCommand;
import io.unipin.benchmarks.quality.QualityCommand;
import io.unipin.benchmarks.report.ReportCommand;
import io.unipin.benchmarks.stages.StagesCommand;
import io.unipin.benchmarks.trial.TrialCommand;
import io.unipin.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of all benchmarks. The command line runs a benchmark by its name. */
@Command(
    name = "bench",
    description = "Runs a named benchmark.",
    synopsisSubcommandLabel = "NAME",
    commandListHeading = "%nBenchmarks:%n",
    subcommands = {
      HeadlineCommand.class,
      RankForwardCommand.class,
      PrecisionCommand.class,
      ScalingCommand.class,
      EfficiencyCommand.class,
      EngineCommand.class,
      StagesCommand.class,
      DeviceCommand.class,
      OverloadCommand.class,
      PausesCommand.class,
      AnnCommand.class,
      SoakCommand.class,
      SwapCommand.class,
      ErasureCommand.class,
      ItemsCommand.class,
      ClusterCommand.class,
      ExperimentsCommand.class,
      FuzzCommand.class,
      TrialCommand.class,
      GpuPackCommand.class,
      QualityCommand.class,
      CountsCommand.class,
      KvCacheCommand.class,
      ReportCommand.class
    },
    footer = {"", "Example:", "  ./unipin bench rank-forward --json rank-forward.json"})
public final class BenchCommand implements Verb {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "a benchmark expected, such as rank-forward");
  }
}
