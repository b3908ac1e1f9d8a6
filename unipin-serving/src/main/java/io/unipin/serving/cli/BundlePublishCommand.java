package io.unipin.serving.cli;

import io.unipin.serving.bundle.BundlePublisher;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies a bundle into a server's folder. */
@Command(
    name = "publish",
    description = {
      "Verifies a bundle and copies it into a server's folder of bundles, in one step.",
      "Nothing changes for a running server until it is told to swap."
    },
    footer = {"", "Example:", "  ./unipin bundle publish out/bundle --to bundles --name main-2"})
final class BundlePublishCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "The server's folder.")
  private Path folder;

  @Option(names = "--name", paramLabel = "NAME", description = "Default: the bundle's own.")
  private @Nullable String name;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path own = bundle.toAbsolutePath().normalize();
    Path target = folder.resolve(name == null ? String.valueOf(own.getFileName()) : name);
    BundlePublisher.copy(own, target);
    spec.commandLine().getOut().println("published " + target);
    return 0;
  }
}
