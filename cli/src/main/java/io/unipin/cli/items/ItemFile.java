package io.unipin.cli.items;

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

/** Puts or checks the items of a file, and prints the outcomes of its rows. */
public final class ItemFile {
  /** The largest number of items in a message. */
  public static final int MAX_BATCH = 1_000;

  private ItemFile() {}

  /**
   * Puts the items of a file.
   *
   * @param batch largest number of items in a message, at most {@link #MAX_BATCH}
   * @return number of refused rows
   */
  public static long put(UniPinAdminClient client, Path file, int batch, PrintWriter out)
      throws IOException {
    return each(
        file,
        out,
        (rows, report) -> {
          try (PutBatches batches = new PutBatches(client, batch, report)) {
            each(rows, report, batches::add);
            batches.finish();
          }
        });
  }

  /**
   * Checks the rows of a file without a server.
   *
   * @return number of refused rows
   */
  static long check(Path file, PrintWriter out) throws IOException {
    return each(file, out, (rows, report) -> each(rows, report, (place, item) -> report.sound()));
  }

  private interface Work {
    void run(ItemRows rows, PutReport report) throws IOException;
  }

  private interface Use {
    void accept(String place, Item item);
  }

  private static long each(Path file, PrintWriter out, Work work) throws IOException {
    PutReport report = new PutReport();
    try (ItemRows rows = ItemRows.open(file)) {
      List<String> unread = rows.unread();
      if (!unread.isEmpty()) {
        out.println("note: columns " + unread + " are not read" + ItemRows.hint(unread));
      }
      work.run(rows, report);
    } finally {
      report.print(out); // prints after a failure too, because earlier puts keep their effect
      out.flush();
    }
    return report.count(Outcome.REFUSED);
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
