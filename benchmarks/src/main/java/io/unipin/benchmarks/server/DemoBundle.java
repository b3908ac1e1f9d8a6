package io.unipin.benchmarks.server;

import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trains the demo's bundle, on the demo's simulated feed. */
public final class DemoBundle {
  private static final int USERS = 2000;
  private static final int ITEMS = 2000;
  private static final long SEED = 7;
  private static final String RECIPE = "simulator";

  private DemoBundle() {}

  /**
   * Trains the bundle in a subfolder of {@code folder}, and returns the bundle's path.
   *
   * @param epochs number of training epochs; 0 for the recipe's number. Fewer epochs give a worse
   *     model, but do not change how much computation a request takes.
   */
  public static Path train(Home home, Path folder, int epochs)
      throws IOException, InterruptedException {
    Path feedLog = folder.resolve("feedlog");
    FeedLogWriter.write(FeedSimulator.simulate(SimulatorConfig.of(USERS, ITEMS, SEED)), feedLog);
    Path bundle = folder.resolve("bundles").resolve("demo");
    Files.createDirectories(bundle.getParent());
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data", feedLog.toString(), "--out", bundle.toString()));
    arguments.addAll(List.of("--work", folder.resolve("training").toString(), "--no-evaluation"));
    home.recipe(RECIPE, "train.yaml")
        .ifPresent(recipe -> arguments.addAll(List.of("--config", recipe.toString())));
    if (epochs > 0) {
      arguments.addAll(List.of("--set", "training.epochs=" + epochs));
    }
    ChildProcess.run(home, arguments);
    return bundle;
  }
}
