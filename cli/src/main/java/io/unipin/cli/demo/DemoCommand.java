package io.unipin.cli.demo;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Folders;
import io.unipin.cli.console.Home;
import io.unipin.cli.data.ImportCommand;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs a guided tour: data, training, evaluation, bundle, server, one user's visit to the feed, a
 * new item, and a burst of visits.
 */
@Command(
    name = "demo",
    description = {
      "Trains on a feed log, serves the result, and plays a visit to the feed against the server.",
      "Without --data the feed is simulated."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin demo --json demo.json",
      "  ./unipin demo --data ../shared/data/ml-100k",
      "  ./unipin demo --users 500 --items 1000 --keep",
    })
public final class DemoCommand implements Callable<Integer>, Checked {
  /**
   * An upper bound, in bytes, for the feed log, checkpoints, bundle and histories of the simulated
   * feed together.
   */
  private static final long BYTES = 64L << 20;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A feed log, or a folder that recipes/NAME/import.yaml describes.")
  @Input(Input.Kind.FOLDER)
  private @Nullable Path data;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Option(names = "--keep", description = "Leave the server running.")
  private boolean keep;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Folder for everything that the demo makes. It is emptied first. Default: .unipin/demo.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path work;

  @Option(
      names = "--users",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Number of simulated users. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Number of simulated items. Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Number of training epochs. Default: the recipe's number.")
  private @Nullable Integer epochs;

  @Option(
      names = "--burst",
      defaultValue = "8",
      paramLabel = "SECONDS",
      description = "Length of the burst. Default: ${DEFAULT-VALUE}.")
  private int burstSeconds;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (burstSeconds < 1) {
      throw new CheckException("--burst: 1 or more seconds expected, got " + burstSeconds);
    }
    Home home = Home.find();
    DemoSettings settings = settings(home);
    OutputCheck.require("--work", Output.Kind.FOLDER, settings.work());
    Folders.requireOurs(settings.work());
    DiskSpace.require("the demo", settings.work(), BYTES);
    if (data == null) {
      SimulatorConfig.of(users, items, 0);
    } else if (!Files.exists(data.resolve("feedlog.yaml"))) {
      ImportCommand.mapping(home, data, null);
    }
    TrainConfig recipe =
        home.recipe(settings.recipe(), "train.yaml")
            .map(TrainConfig::read)
            .orElseGet(TrainConfig::defaults);
    if (epochs != null) {
      recipe.with("training.epochs", epochs.toString());
    }
    home.recipe(settings.recipe(), "serve.yaml")
        .ifPresent(file -> ConfigReader.read(file, Map.of(), List.of()));
  }

  private DemoSettings settings(Home home) {
    Path folder = (work == null ? home.work("demo") : work).toAbsolutePath().normalize();
    return new DemoSettings(folder, data, users, items, epochs, burstSeconds, keep);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    DemoSettings settings = settings(home);
    Figures figures = new Demo(home, settings, new Guide(spec.commandLine().getOut())).run();
    if (json != null) {
      figures.write(json, home.root());
    }
    return 0;
  }
}
