package io.unipin.serving.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The guided tour through everything: data, training, evaluation, bundle, server, a visit to the feed, a burst. */
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
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A feed log, or a folder that recipes/NAME/import.yaml describes.")
  private @Nullable Path data;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  private @Nullable Path json;

  @Option(names = "--keep", description = "Leave the server running.")
  private boolean keep;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Folder of everything the demo makes; emptied first. Default: .unipin/demo.")
  private @Nullable Path work;

  @Option(
      names = "--users",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Simulated users. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Simulated items. Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Epochs of training. Default: the recipe's.")
  private @Nullable Integer epochs;

  @Option(
      names = "--burst",
      defaultValue = "8",
      paramLabel = "SECONDS",
      description = "Length of the burst. Default: ${DEFAULT-VALUE}.")
  private int burstSeconds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    Path folder = (work == null ? home.work("demo") : work).toAbsolutePath().normalize();
    DemoSettings settings =
        new DemoSettings(folder, data, users, items, epochs, burstSeconds, keep);
    Figures figures = new Demo(home, settings, new Guide(spec.commandLine().getOut())).run();
    if (json != null) {
      figures.write(json, home.root());
    }
    return 0;
  }
}
