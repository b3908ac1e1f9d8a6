package io.unipin.cli.experiment;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.FileSizes;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.report.ExperimentReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Exports a server's exposures for other tools. */
@Command(
    name = "export",
    description = "Writes a server's exposures as Parquet or CSV.",
    footer = {
      "",
      "Example:",
      "  ./unipin experiment export --exposures exposures --out exposures.parquet"
    })
final class ExperimentExportCommand implements Callable<Integer>, Checked {
  private static final int LEAST_COMPRESSION = 25;

  @Option(
      names = "--exposures",
      required = true,
      paramLabel = "DIR",
      description = "The server's folder of exposures, as in its setting exposureLog.folder.")
  @Input(Input.Kind.FOLDER)
  private Path exposures;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "File to write. Its name ends in .parquet or .csv.")
  @Output(Output.Kind.FILE)
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    String name = String.valueOf(out.getFileName());
    if (!name.endsWith(".parquet") && !name.endsWith(".csv")) {
      throw new CheckException("--out: a file named .parquet or .csv expected, got " + out);
    }
    DiskSpace.require("the exposures", out, FileSizes.below(exposures) / LEAST_COMPRESSION);
  }

  @Override
  public Integer call() {
    long count = ExperimentReport.export(exposures, out);
    spec.commandLine().getOut().printf("wrote %s exposures to %s%n", count, out);
    return 0;
  }
}
