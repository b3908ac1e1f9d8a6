package io.unipin.cli.device;

import io.unipin.cli.console.CommandException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command that finds a CUDA build of libtorch. The script {@code bin/gpu.sh}, which {@code
 * ./unipin} calls, does the work, because the libraries must be chosen before a JVM starts. This
 * class only shows the command's help.
 */
@Command(
    name = "setup",
    description = "Checks driver, cards and the CUDA build of libtorch, and lets UniPin use them.",
    footer = {"", "Example:", "  ./unipin gpu setup --libtorch /opt/libtorch"})
final class GpuSetupCommand implements Callable<Integer> {
  @Option(
      names = "--libtorch",
      paramLabel = "DIR|ZIP|URL",
      description =
          "libtorch 2.7.1 for CUDA 12. Without it: PYTORCH_LIBRARY_PATH, then a Python with torch.")
  private @Nullable String libtorch;

  @Override
  public Integer call() {
    String given = libtorch == null ? "" : " --libtorch " + libtorch;
    throw new CommandException("the script expected: ./unipin gpu setup" + given);
  }
}
