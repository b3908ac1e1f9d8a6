package io.unipin.cli.items;

import com.google.protobuf.util.JsonFormat;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.server.PlaceText;
import io.unipin.client.UniPinAdminClient;
import io.unipin.feedlog.source.Shown;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemPlace;
import io.unipin.proto.v1.ItemStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows an item, and which bundles serve it. */
@Command(
    name = "get",
    description = {
      "Shows an item that was put into a running server, and which bundles serve it, or why not.",
      "Exit code 1 says that the item is neither kept nor served."
    },
    footer = {"", "Example:", "  ./unipin items get 4711 --server localhost:9091"})
final class ItemsGetCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private ItemName item = new ItemName();

  /** The options that name the item, by its id or by its key. */
  private static final class ItemName {
    @Parameters(paramLabel = "ID", description = "The item.")
    private long id;

    @Option(
        names = "--item-key",
        required = true,
        paramLabel = "KEY",
        description = "The item by its key, instead of its id.")
    private String key = "";

    GetItemRequest request() {
      return GetItemRequest.newBuilder().setId(id).setKey(key).build();
    }

    @Override
    public String toString() {
      return key.isEmpty() ? String.valueOf(id) : key;
    }
  }

  @Option(names = "--json", paramLabel = "FILE", description = "Write the response there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Mixin private ItemsOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ItemStatus status;
    try (UniPinAdminClient client = options.connect()) {
      status = client.getItem(item.request());
    }
    PrintWriter out = spec.commandLine().getOut();
    if (status.hasItem()) {
      print(status.getItem(), out);
    } else {
      out.println("item " + item + " was not put");
    }
    status.getPlacesList().forEach(place -> out.println("  " + PlaceText.line(place)));
    if (json != null) {
      OutputFile.write(
          json, JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(status) + "\n");
    }
    boolean served =
        status.getPlacesList().stream()
            .anyMatch(place -> place.getService() != ItemPlace.Service.NOT_SERVED);
    return status.hasItem() || served ? 0 : 1;
  }

  private static void print(Item item, PrintWriter out) {
    out.println("item " + item.getId() + ": " + text(item.getTitle()));
    if (!item.getKey().isEmpty()) {
      out.println("  key       " + text(item.getKey()));
    }
    out.println("  category  " + text(item.getCategory()));
    out.println("  author    " + text(item.getAuthor()));
    out.println("  appeared  " + time(item.getCreatedMs(), "unknown"));
    out.println("  expires   " + time(item.getExpiresMs(), "never"));
    out.println("  content   " + item.getContentCount() + " numbers");
    if (item.getAttributesCount() > 0) {
      out.println("  attributes " + text(String.join(", ", item.getAttributesList())));
    }
  }

  private static String text(String value) {
    return value.isEmpty() ? "-" : Shown.line(value);
  }

  private static String time(long ms, String none) {
    return ms == 0 ? none : Instant.ofEpochMilli(ms).toString();
  }
}
