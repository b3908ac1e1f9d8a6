package io.unipin.cli.bundle;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.FileSizes;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.serving.bundle.BundleNames;
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
      "A running server changes nothing until it is told to swap."
    },
    footer = {"", "Example:", "  ./unipin bundle publish out/bundle --to bundles --name main-2"})
final class BundlePublishCommand implements Callable<Integer>, Checked {
  @Parameters(index = "0", paramLabel = "DIR", description = "The bundle.")
  @Input(Input.Kind.BUNDLE)
  private Path bundle;

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "The server's folder.")
  @Output(Output.Kind.BUNDLES)
  private Path folder;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the copy. Default: the bundle's own name.")
  private @Nullable String name;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (name != null && !BundleNames.isValid(name)) {
      throw new CheckException(
          "--name: a bundle's name like %s expected, got '%s'"
              .formatted(BundleNames.PATTERN, name));
    }
    OutputCheck.require("--to", Output.Kind.BUNDLE, target());
    DiskSpace.require("the bundle", folder, FileSizes.below(bundle));
  }

  private Path target() {
    Path own = bundle.toAbsolutePath().normalize();
    return folder.resolve(name == null ? String.valueOf(own.getFileName()) : name);
  }

  @Override
  public Integer call() {
    Path target = target();
    BundlePublisher.copy(bundle.toAbsolutePath().normalize(), target);
    spec.commandLine().getOut().println("published " + target);
    return 0;
  }
}
