package io.unipin.cli.items;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.console.CommandException;
import io.unipin.client.ItemStream;
import io.unipin.client.UniPinAdminClient;
import io.unipin.feedlog.source.Shown;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdict.Outcome;
import io.unipin.proto.v1.ItemVerdicts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Deletes items of a running server. */
@Command(
    name = "delete",
    description = {
      "Deletes items at a running server, whether they were put or belong to a bundle.",
      "No search finds them any more, in no bundle and after no restart."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin items delete 4711 4712",
      "  ./unipin items delete --item-key 0f8fad5b-d9cb-469f-a165-70867728950e",
      "  ./unipin items delete --file gone.txt --server localhost:9091"
    })
final class ItemsDeleteCommand implements Callable<Integer>, Checked {
  private static final int BATCH = 1_000;
  private static final int LONGEST_LINE = 64;

  /** Some programs begin a text file with this character, also a file that is appended to another. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  @Parameters(arity = "0..*", paramLabel = "ID", description = "The items.")
  private List<Long> ids = new ArrayList<>();

  @Option(
      names = "--item-key",
      paramLabel = "KEY",
      description = "An item by its key; may be repeated.")
  private List<String> keys = new ArrayList<>();

  @Option(names = "--file", paramLabel = "FILE", description = "Text with one id a line.")
  @Input(Input.Kind.FILE)
  private @Nullable Path file;

  @Mixin private ItemsOptions options;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if ((ids.isEmpty() && keys.isEmpty()) == (file == null)) {
      throw new CheckException(
          "ids and --item-key, or --file expected, got " + (file == null ? "none" : "both"));
    }
  }

  @Override
  public Integer call() throws IOException {
    LongAdder deleted = new LongAdder();
    LongAdder absent = new LongAdder();
    try (UniPinAdminClient client = options.connect();
        ItemStream stream =
            client.streamItems((message, answer) -> count(answer, deleted, absent))) {
      if (file == null) {
        send(stream, new LinkedHashSet<>(ids));
        sendKeys(stream, List.copyOf(new LinkedHashSet<>(keys)));
      } else {
        sendFile(stream, file);
      }
      stream.finish();
    } finally {
      spec.commandLine()
          .getOut()
          .printf(Locale.ROOT, "%,d deleted, %,d not there%n", deleted.sum(), absent.sum());
    }
    return 0;
  }

  private static void count(ItemVerdicts answer, LongAdder deleted, LongAdder absent) {
    for (ItemVerdict verdict : answer.getVerdictsList()) {
      (verdict.getOutcome() == Outcome.DELETED ? deleted : absent).increment();
    }
  }

  /** Sends all ids of a set and empties the set. */
  private static void send(ItemStream stream, Set<Long> batch) {
    List<Long> all = new ArrayList<>(batch);
    for (int from = 0; from < all.size(); from += BATCH) {
      stream.send(
          ChangeItemsRequest.newBuilder()
              .addAllDeletes(all.subList(from, Math.min(all.size(), from + BATCH)))
              .build());
    }
    batch.clear();
  }

  private static void sendKeys(ItemStream stream, List<String> keys) {
    for (int from = 0; from < keys.size(); from += BATCH) {
      stream.send(
          ChangeItemsRequest.newBuilder()
              .addAllDeleteKeys(keys.subList(from, Math.min(keys.size(), from + BATCH)))
              .build());
    }
  }

  private static void sendFile(ItemStream stream, Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Set<Long> batch = new LinkedHashSet<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      long number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = line.replace(BYTE_ORDER_MARK, "").strip();
        if (!text.isEmpty()) {
          batch.add(id(name, number, text));
        }
        number++;
        if (batch.size() >= BATCH) {
          send(stream, batch);
        }
      }
    } catch (MalformedInputException e) {
      throw new CommandException(name + ": text in UTF-8 expected, got other bytes", e);
    }
    send(stream, batch);
  }

  private static long id(String name, long number, String text) {
    try {
      if (text.length() <= LONGEST_LINE) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // the exception below reports the text
    }
    throw new CommandException(
        "%s line %s: an item's id expected, got '%s'".formatted(name, number, Shown.value(text)));
  }
}
