package io.unipin.serving.cli;

import io.unipin.serving.experiment.report.ExperimentReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a server's exposures for other tools. */
@Command(
    name = "export",
    description = "Writes a server's exposures as Parquet or CSV.",
    footer = {
      "",
      "Example:",
      "  ./unipin experiment export --exposures exposures --out exposures.parquet"
    })
final class ExperimentExportCommand implements Callable<Integer> {
  @Option(
      names = "--exposures",
      required = true,
      paramLabel = "DIR",
      description = "Where exposureLog.folder says.")
  private Path exposures;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "A file named .parquet or .csv.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    long count = ExperimentReport.export(exposures, out);
    spec.commandLine().getOut().printf("wrote %s exposures to %s%n", count, out);
    return 0;
  }
}
