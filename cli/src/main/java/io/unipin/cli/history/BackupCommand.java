package io.unipin.cli.history;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.CommandException;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.stores.Backup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a server's state into a folder. */
@Command(
    name = "backup",
    description =
        "Writes a server's state into a folder: histories, marks of erasures, the secret, items"
            + " that were put, and both logs. The server may run meanwhile.",
    footer = {
      "",
      "The folder holds users' data and the key of page cursors. Keep it as the server's own.",
      "",
      "Example:",
      "  ./unipin backup --config server.yaml --out backups/monday"
    })
public final class BackupCommand implements Callable<Integer>, Checked {
  @Mixin private SettingsOptions settings;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new or empty folder to write.")
  @Output(Output.Kind.FOLDER)
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (!Files.isDirectory(out)) {
      return;
    }
    try (Stream<Path> files = Files.list(out)) {
      if (files.findAny().isPresent()) {
        throw new CheckException("--out: a new or empty folder expected, got " + out);
      }
    } catch (IOException e) {
      throw new CheckException("--out: a readable folder expected, got " + out);
    }
  }

  @Override
  public Integer call() throws IOException {
    try {
      Backup.Report report = Backup.write(settings.read(), out, done -> {});
      spec.commandLine()
          .getOut()
          .printf(
              "wrote %s histories, %s marks of erasures, %s items and %s lines of logs to %s%n",
              report.users(), report.marks(), report.items(), report.lines(), out);
      return 0;
    } catch (ServingException e) {
      throw new CommandException("the backup can't be written: " + e.getMessage(), e);
    }
  }
}
