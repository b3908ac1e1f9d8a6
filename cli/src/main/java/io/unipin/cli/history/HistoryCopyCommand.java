package io.unipin.cli.history;

import io.unipin.cli.console.CommandException;
import io.unipin.serving.HistoryErasures;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryConfig.Store;
import io.unipin.serving.history.HistoryCopy;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.stores.HistoryStores;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Copies all histories from the disk to Redis, or back. */
@Command(
    name = "copy",
    description =
        "Copies all histories between history.folder and the Redis of the settings. The store that"
            + " is copied to must be empty, and no server may use either store.",
    footer = {"", "Example:", "  ./unipin history copy --config server.yaml --to REDIS"})
final class HistoryCopyCommand implements Callable<Integer> {
  private static final int REPORT_EVERY = 100_000;

  @Mixin private SettingsOptions settings;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "STORE",
      description = "Where to copy to: ${COMPLETION-CANDIDATES}.")
  private Store to;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ServerConfig config = settings.read();
    if (!config.redis().place().isUsed()) {
      throw new CommandException("redis.uri: the address of a Redis expected, got none");
    }
    Store source = to == Store.DISK ? Store.REDIS : Store.DISK;
    HistoryCopy.Report report;
    try (HistoryStore from = HistoryStores.open(config, source);
        HistoryStore target = HistoryStores.open(config, to)) {
      if (!target.archive().isEmpty()) {
        throw new CommandException("--to: a store without users expected, got one with some");
      }
      HistoryErasures.apply(config, from);
      report = HistoryCopy.copy(from, target, done -> progress(out, done));
    } catch (ServingException e) {
      throw new CommandException("the histories can't be copied: " + e.getMessage(), e);
    }
    out.printf(
        "copied %s histories and %s marks of erasures to %s%n", report.users(), report.marks(), to);
    return 0;
  }

  private static void progress(PrintWriter out, long done) {
    if (done % REPORT_EVERY == 0) {
      out.printf("%s histories%n", done);
      out.flush();
    }
  }
}
