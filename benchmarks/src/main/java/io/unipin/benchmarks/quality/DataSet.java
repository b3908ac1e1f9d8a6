package io.unipin.benchmarks.quality;

import io.unipin.serving.cli.ChildProcess;
import io.unipin.serving.cli.CommandException;
import io.unipin.serving.cli.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Data sets by name. */
final class DataSet {
  private static final String SIMULATOR = "simulator";

  private DataSet() {}

  /** Imports a set, or simulates one, below a folder. */
  static Path feedLog(Home home, String data, Path folder)
      throws IOException, InterruptedException {
    Path log = folder.resolve("feedlog");
    if (data.equals(SIMULATOR)) {
      ChildProcess.run(home, List.of("simulate", "--out", log.toString()));
      return log;
    }
    String set = System.getenv("UNIPIN_DATA");
    Path sets = set == null || set.isBlank() ? home.root().resolve("../shared/data") : Path.of(set);
    Path source = sets.resolve(data);
    if (!Files.isDirectory(source)) {
      throw new CommandException("no data at " + source + ": set UNIPIN_DATA to its parent");
    }
    ChildProcess.run(home, List.of("import", source.toString(), "--out", log.toString()));
    return log;
  }
}
