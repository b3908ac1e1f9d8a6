package io.unipin.benchmarks.quality;

import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds and imports data sets by name. */
public final class DataSet {
  private static final String SIMULATOR = "simulator";

  private DataSet() {}

  /** Returns the folder for the public data sets. The folder need not exist. */
  public static Path folder(Home home) {
    String set = System.getenv("UNIPIN_DATA");
    return set == null || set.isBlank() ? home.root().resolve("../shared/data") : Path.of(set);
  }

  /** Throws unless the data set exists on this machine. */
  public static void require(Home home, String data) {
    Path source = folder(home).resolve(data);
    if (!data.equals(SIMULATOR) && !Files.isDirectory(source)) {
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
    if (data.equals(SIMULATOR)) {
      ChildProcess.run(home, List.of("simulate", "--out", log.toString()));
      return log;
    }
    require(home, data);
    Path source = folder(home).resolve(data);
    ChildProcess.run(home, List.of("import", source.toString(), "--out", log.toString()));
    return log;
  }
}
