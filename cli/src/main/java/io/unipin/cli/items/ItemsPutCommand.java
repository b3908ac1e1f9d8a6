package io.unipin.cli.items;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.client.UniPinAdminClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    if (batch < 1 || batch > ItemFile.MAX_BATCH) {
      throw new CheckException("--batch: 1 to " + ItemFile.MAX_BATCH + " expected, got " + batch);
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    return refused(out) > 0 ? 1 : 0;
  }

  private long refused(PrintWriter out) throws IOException {
    if (dryRun) {
      return ItemFile.check(file, out);
    }
    try (UniPinAdminClient client = options.connect()) {
      return ItemFile.put(client, file, batch, out);
    }
  }
}
