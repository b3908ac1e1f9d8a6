package io.unipin.benchmarks.quality;

import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds and imports data sets by name. */
public final class DataSet {
  /** Options of {@code simulate} by the names of simulated data sets. */
  private static final Map<String, List<String>> SIMULATED =
      Map.of(
          "simulator",
          List.of(),
          "simulator-long", // an average user has about 2,000 actions
          List.of("--users", "200", "--items", "10000", "--views", "1500"));

  private DataSet() {}

  /** Returns the folder for the public data sets. The folder need not exist. */
  public static Path folder(Home home) {
    String set = System.getenv("UNIPIN_DATA");
    return set == null || set.isBlank() ? home.root().resolve("../shared/data") : Path.of(set);
  }

  /** Throws unless the data set exists on this machine. */
  public static void require(Home home, String data) {
    Path source = folder(home).resolve(data);
    if (!SIMULATED.containsKey(data) && !Files.isDirectory(source)) {
      throw new CommandException("no data at " + source + ": set UNIPIN_DATA to its parent");
    }
  }

  /**
   * Imports or simulates a data set. Writes its feed log into a subfolder of {@code folder}, and
   * returns this subfolder.
   */
  static Path feedLog(Home home, String data, Path folder)
      throws IOException, InterruptedException {
    Path log = folder.resolve("feedlog");
    List<String> sizes = SIMULATED.get(data);
    if (sizes != null) {
      List<String> command = new ArrayList<>(List.of("simulate", "--out", log.toString()));
      command.addAll(sizes);
      ChildProcess.run(home, command);
      return log;
    }
    require(home, data);
    Path source = folder(home).resolve(data);
    ChildProcess.run(home, List.of("import", source.toString(), "--out", log.toString()));
    return log;
  }
}
