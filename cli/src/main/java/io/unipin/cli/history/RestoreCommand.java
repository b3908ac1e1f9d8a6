package io.unipin.cli.history;

import io.unipin.cli.check.Input;
import io.unipin.cli.console.CommandException;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.stores.Backup;
import io.unipin.serving.stores.Restore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Brings a server's state back to the state in a backup. */
@Command(
    name = "restore",
    description =
        "Replaces a server's state by that of a backup. Users who were erased since the backup stay"
            + " erased. The server must be stopped.",
    footer = {"", "Example:", "  ./unipin restore --config server.yaml --from backups/monday"})
public final class RestoreCommand implements Callable<Integer> {
  @Mixin private SettingsOptions settings;

  @Option(names = "--from", required = true, paramLabel = "DIR", description = "The backup.")
  @Input(Input.Kind.FOLDER)
  private Path from;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try {
      Backup.Report report = Restore.run(settings.read(), from, done -> {});
      spec.commandLine()
          .getOut()
          .printf(
              "restored %s histories, %s items and %s lines of logs; %s erased users stay erased%n",
              report.users(), report.items(), report.lines(), report.erased());
      return 0;
    } catch (ServingException e) {
      throw new CommandException("the backup can't be restored: " + e.getMessage(), e);
    }
  }
}
