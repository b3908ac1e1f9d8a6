package io.unipin.cli.bundle;

import io.unipin.cli.console.Table;
import io.unipin.cli.server.ConnectionOptions;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.ItemVerdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Removes items from a running server's index or restores removed items, and prints the index's
 * state.
 */
@Command(
    name = "items",
    description =
        "Deletes items from a running server's index, or restores deleted items, and prints the"
            + " state of the index.",
    footer = {
      "",
      "Items stay deleted when another bundle is loaded, and after a restart. Prints the deleted"
          + " items that were not there.",
      "",
      "Example:",
      "  ./unipin index items --server localhost:9091 --delete 42"
    })
final class IndexItemsCommand implements Callable<Integer> {
  @Option(
      names = "--server",
      defaultValue = "localhost:9091",
      paramLabel = "HOST:PORT",
      description = "The server's admin port. Default: ${DEFAULT-VALUE}.")
  private String server;

  @Option(names = "--delete", paramLabel = "ITEM", split = ",", description = "Items to delete.")
  private List<Long> deleted = new ArrayList<>();

  @Option(names = "--restore", paramLabel = "ITEM", split = ",", description = "Items to restore.")
  private List<Long> restored = new ArrayList<>();

  @Mixin private ConnectionOptions connection;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (UniPinAdminClient client = UniPinAdminClient.connect(server, connection.security())) {
      boolean change = !deleted.isEmpty() || !restored.isEmpty();
      IndexStatus status = change ? client.changeItems(restored, deleted) : client.index();
      PrintWriter out = spec.commandLine().getOut();
      status.getVerdictsList().stream()
          .filter(verdict -> verdict.getOutcome() != ItemVerdict.Outcome.DELETED)
          .forEach(verdict -> out.println(line(verdict)));
      Table table = new Table("index", "generation", "items", "delta", "dead", "recall");
      table.row(
          status.getIndex(),
          status.getGeneration(),
          status.getItems(),
          status.getDelta(),
          status.getBuried(),
          status.hasRecall() ? String.format(Locale.ROOT, "%.4f", status.getRecall()) : "-");
      table.print(out);
    }
    return 0;
  }

  private static String line(ItemVerdict verdict) {
    return verdict.getOutcome() == ItemVerdict.Outcome.ABSENT
        ? "not there: " + verdict.getId()
        : "not deleted: %s: %s".formatted(verdict.getId(), verdict.getReason());
  }
}
