package io.unipin.cli.history;

import io.unipin.cli.check.Input;
import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.serving.HistoryRebuild;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.kafka.Replay;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds the users' histories again from the actions topic in Kafka. */
@Command(
    name = "rebuild",
    description =
        "Builds the users' histories again from the topic kafka.topics.actions, into the store that"
            + " the settings name.",
    footer = {
      "",
      "Stop the server first if its histories are in history.folder, or name another folder. The",
      "bundles of the settings are loaded, because they know the names of actions and surfaces.",
      "",
      "Example:",
      "  ./unipin history rebuild --config server.yaml --set history.folder=rebuilt"
    })
final class HistoryRebuildCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The server's settings in YAML.")
  @Input(Input.Kind.FILE)
  private Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes one setting.")
  private List<String> settings = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (SpillFolder scratch = SpillFolder.create()) {
      rebuild(scratch.path());
      return 0;
    }
  }

  private void rebuild(Path scratch) {
    PrintWriter out = spec.commandLine().getOut();
    ServerConfig server = ConfigReader.read(config, System.getenv(), alone(settings, scratch));
    try {
      Replay replay =
          HistoryRebuild.run(
              server,
              records -> {
                out.println(records + " records read");
                out.flush();
              });
      out.printf(
          "%s records taken, %s of users who were erased later, %s unreadable%n",
          replay.taken(), replay.erased(), replay.unreadable());
    } catch (ServingException e) {
      throw new CommandException("the histories are not whole: " + e.getMessage(), e);
    }
  }

  /** Returns a copy of the settings that makes the command write only histories. */
  private static List<String> alone(List<String> settings, Path scratch) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(
        List.of(
            "items.folder=\"" + scratch.resolve("items") + "\"",
            "servedLog.enabled=false",
            "exposureLog.enabled=false",
            "shadow.bundle=\"\"",
            "kafka.topics.served=\"\"",
            "kafka.topics.exposures=\"\"",
            "kafka.topics.items=\"\""));
    return all;
  }
}
