package io.unipin.cli.data;

import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.Output;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Creates a feed log of simulated users whose true tastes are known. */
@Command(
    name = "simulate",
    description = "Writes a feed log of simulated users. Equal settings give equal logs.",
    footer = {"", "Example:", "  ./unipin simulate --out feedlog --users 2000 --items 2000"})
public final class SimulateCommand implements Callable<Integer>, Checked {
  /**
   * The approximate number of bytes of an impression in the feed log. With many users and items an
   * impression takes a little more.
   */
  private static final int BYTES_PER_IMPRESSION = 4;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
  @Output(Output.Kind.FEED_LOG)
  private Path out;

  @Option(
      names = "--users",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--views",
      defaultValue = "20",
      paramLabel = "N",
      description = "Feedviews of an average user. Default: ${DEFAULT-VALUE}.")
  private double views;

  @Option(
      names = "--cold",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description = "Share of items that appear while the feed runs. Default: ${DEFAULT-VALUE}.")
  private double cold;

  @Option(
      names = "--seed",
      defaultValue = "7",
      paramLabel = "N",
      description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    SimulatorConfig sizes = sizes();
    double impressions = sizes.users() * sizes.meanViewsPerUser() * sizes.slateSize();
    DiskSpace.require("the feed log", out, (long) (BYTES_PER_IMPRESSION * impressions));
  }

  private SimulatorConfig sizes() {
    SimulatorConfig sizes = SimulatorConfig.of(users, items, seed);
    return new SimulatorConfig(
        users, items, views, sizes.slateSize(), sizes.contentDim(), cold, seed);
  }

  @Override
  public Integer call() {
    FeedLog log = FeedSimulator.simulate(sizes());
    FeedLogWriter.write(log, out);
    spec.commandLine().getOut().println("wrote " + FeedLogText.sizes(log) + " to " + out);
    return 0;
  }
}
