package io.unipin.benchmarks.gpu;

import io.unipin.cli.check.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes what {@code gpu/check} needs on a machine with a card. */
@Command(
    name = "gpu-pack",
    description = {
      "Writes small models, inputs and the CPU's answers into a folder.",
      "gpu/check.sh checks with them a machine that has Python, torch and a card, and nothing of"
          + " UniPin."
    },
    footer = {"", "Example:", "  ./unipin bench gpu-pack --out .unipin/gpu-pack"})
public final class GpuPackCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Write the pack there.")
  @Output(Output.Kind.FOLDER)
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    long bytes = GpuPack.write(out);
    spec.commandLine().getOut().printf(Locale.ROOT, "%.1f MB written to %s%n", bytes / 1e6, out);
    return 0;
  }
}
