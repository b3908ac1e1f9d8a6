package io.unipin.benchmarks.cluster;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows a fleet on one machine. */
@Command(
    name = "demo",
    description = {
      "Starts a Redis cluster, a Kafka broker and three replicas on this machine and lets users"
          + " act. Kills a replica, a Redis primary and the broker, changes the bundle replica by"
          + " replica, and erases a user. Prints what users notice. Takes about three minutes.",
      "The replicas serve a small model with random weights: the pages mean nothing, but they cost"
          + " what pages cost."
    },
    footer = {"", "Example:", "  ./unipin cluster demo"})
public final class ClusterDemoCommand implements Callable<Integer> {
  @Option(names = "--keep", description = "Leave the fleet running.")
  private boolean keep;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClusterWorld world = ClusterWorld.create(true);
    try {
      new FleetDemo(world, spec.commandLine().getOut()).play(keep);
    } finally {
      if (keep) {
        world.closeReference();
      } else {
        world.close();
      }
    }
    return 0;
  }
}
