package io.unipin.benchmarks.quality;

import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Data sets by name. */
public final class DataSet {
  private static final String SIMULATOR = "simulator";

  private DataSet() {}

  /** Where the public sets are, if they are anywhere. */
  public static Path folder(Home home) {
    String set = System.getenv("UNIPIN_DATA");
    return set == null || set.isBlank() ? home.root().resolve("../shared/data") : Path.of(set);
  }

  /** Refuses a set that is not there. */
  public static void require(Home home, String data) {
    Path source = folder(home).resolve(data);
    if (!data.equals(SIMULATOR) && !Files.isDirectory(source)) {
      throw new CommandException("no data at " + source + ": set UNIPIN_DATA to its parent");
    }
  }

  /** Imports a set, or simulates one, below a folder. */
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
