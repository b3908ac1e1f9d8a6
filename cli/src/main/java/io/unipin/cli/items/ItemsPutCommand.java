package io.unipin.cli.items;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVerdict.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts the items of a file into a running server. */
@Command(
    name = "put",
    description = {
      "Puts the items of a file into a running server, which serves them at once and keeps them.",
      "The file is Parquet, CSV or tab-separated with a header row, or JSON lines (compressed too)."
          + " Its columns are those of a feed log's items, and expires_ms: item_id or key, title,"
          + " category, author, created_ms, content, attributes, expires_ms.",
      "To put a file again does no harm. Exit code 1 says that a row was refused."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin items put new-items.parquet --dry-run",
      "  ./unipin items put new-items.parquet --server localhost:9091"
    })
final class ItemsPutCommand implements Callable<Integer>, Checked {
  private static final int MAX_BATCH = 1_000;

  @Parameters(paramLabel = "FILE", description = "The items.")
  @Input(Input.Kind.FILE)
  private Path file;

  @Option(names = "--dry-run", description = "Check every row of the file, and ask no server.")
  private boolean dryRun;

  @Option(
      names = "--batch",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Most items in a message, up to 1000. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Mixin private ItemsOptions options;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (batch < 1 || batch > MAX_BATCH) {
      throw new CheckException("--batch: 1 to " + MAX_BATCH + " expected, got " + batch);
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PutReport report = new PutReport();
    try (ItemRows rows = ItemRows.open(file)) {
      List<String> unread = rows.unread();
      if (!unread.isEmpty()) {
        out.println("note: columns " + unread + " are not read");
      }
      if (dryRun) {
        each(rows, report, (place, item) -> report.sound());
      } else {
        put(rows, report);
      }
    } finally {
      report.print(out); // prints after a failure too, because earlier puts keep their effect
      out.flush();
    }
    return report.count(Outcome.REFUSED) > 0 ? 1 : 0;
  }

  private void put(ItemRows rows, PutReport report) throws IOException {
    try (UniPinAdminClient client = options.connect();
        PutBatches batches = new PutBatches(client, batch, report)) {
      each(rows, report, batches::add);
      batches.finish();
    }
  }

  private interface Use {
    void accept(String place, Item item);
  }

  private static void each(ItemRows rows, PutReport report, Use use) throws IOException {
    try (Progress progress = Progress.begin("items", rows.total())) {
      for (Optional<ItemRow> next = rows.next(); next.isPresent(); next = rows.next()) {
        ItemRow row = next.get();
        report.read();
        Item item = row.item();
        if (item == null) {
          report.refused(row.place(), row.fault());
        } else {
          use.accept(row.place(), item);
        }
        progress.at(
            report.rows(),
            rows.total(),
            String.format(
                Locale.ROOT,
                "%,d rows, %,d refused",
                report.rows(),
                report.count(Outcome.REFUSED)));
      }
    }
  }
}
