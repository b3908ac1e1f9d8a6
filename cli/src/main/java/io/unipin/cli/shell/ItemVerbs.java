package io.unipin.cli.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.unipin.cli.items.ItemForm;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemPlace;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.ItemVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The commands that put, delete and restore items. Not thread-safe. */
final class ItemVerbs {
  private static final String PUT = "NAME=VALUE... | {JSON} | FILE";
  private static final String EXAMPLE = "put key=new-1 title='A new item'";
  private static final ObjectMapper mapper =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final Context context;

  ItemVerbs(Context context) {
    this.context = context;
  }

  List<ShellVerb> verbs() {
    return List.of(
        new ShellVerb("put", PUT, "Puts an item, or the items of a file.", this::put),
        new ShellVerb("delete", "ITEM", "Takes an item off every page.", this::delete),
        new ShellVerb("hide", "ITEM", "Does the same as delete.", this::delete),
        new ShellVerb(
            "restore", "ITEM", "Brings back a deleted item of the bundle.", this::restore));
  }

  private JsonNode put(Arguments arguments) throws IOException {
    arguments.require(1, Integer.MAX_VALUE, "put " + PUT);
    String first = arguments.words().get(0);
    if (first.startsWith("{")) {
      return put(ofJson(arguments.rest()));
    }
    if (first.matches("\\w+=(?s:.*)")) {
      return put(ItemForm.of(assignments(arguments.words())));
    }
    arguments.require(1, 1, "put " + PUT);
    long refused = context.ports().putItems(file(first), context.out());
    if (refused > 0) {
      throw new ShellException(
          "only rows that the server takes expected, got " + refused + " others", "put " + first);
    }
    return MissingNode.getInstance();
  }

  private static Path file(String name) {
    try {
      Path file = Path.of(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      // the exception below shows the name
    }
    throw new ShellException("a file, NAME=VALUE or JSON expected, got '" + name + "'", EXAMPLE);
  }

  private static Map<String, String> assignments(List<String> words) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new ShellException("NAME=VALUE expected, got '" + word + "'", EXAMPLE);
      }
      String name = word.substring(0, equals);
      if (values.put(name, word.substring(equals + 1)) != null) {
        throw new ShellException("each name once expected, got '" + name + "' again", EXAMPLE);
      }
    }
    return values;
  }

  /** Reads an item from a JSON object. A value of null means that the value is unknown. */
  static Item ofJson(String text) {
    try {
      JsonNode object = mapper.readTree(text);
      Map<String, String> values = new LinkedHashMap<>();
      object
          .properties()
          .forEach(
              field -> {
                JsonNode value = field.getValue();
                if (!value.isNull()) {
                  String read = value.isValueNode() ? value.asText() : value.toString();
                  values.put(field.getKey(), read);
                }
              });
      return ItemForm.of(values);
    } catch (JsonProcessingException e) {
      throw new ShellException(
          "an item as a JSON object expected, got: " + e.getOriginalMessage(),
          "put {\"key\": \"new-1\", \"title\": \"A new item\"}",
          e);
    }
  }

  private JsonNode put(Item item) {
    ItemVerdict verdict = context.ports().admin(admin -> admin.putItems(List.of(item))).get(0);
    String name = item.getKey().isEmpty() ? Long.toString(verdict.getId()) : item.getKey();
    String reason = verdict.getReason().isEmpty() ? "" : ": " + verdict.getReason();
    if (verdict.getOutcome() == ItemVerdict.Outcome.REFUSED) {
      throw new ShellException(
          "an item that the server takes expected, got " + name + reason, "help put");
    }
    context.out().println(word(verdict) + " " + name + reason);
    return Context.json(verdict);
  }

  private static String word(ItemVerdict verdict) {
    return verdict.getOutcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private JsonNode delete(Arguments arguments) {
    arguments.require(1, 1, arguments.command() + " ITEM");
    ItemName item = ItemName.of(arguments.words().get(0), context.session().feed());
    ChangeItemsRequest.Builder request = ChangeItemsRequest.newBuilder();
    if (item.key().isEmpty()) {
      request.addDeletes(item.id());
    } else {
      request.addDeleteKeys(item.key());
    }
    boolean own =
        context.ports().admin(admin -> admin.getItem(item.request())).getPlacesList().stream()
            .anyMatch(place -> place.getService() == ItemPlace.Service.OWN_ITEM);
    IndexStatus status = context.ports().admin(admin -> admin.changeItems(request.build()));
    ItemVerdict verdict = status.getVerdicts(0);
    if (verdict.getOutcome() == ItemVerdict.Outcome.ABSENT) {
      throw item.unknown(context.session().feed());
    }
    context
        .out()
        .println(
            "deleted "
                + item.text()
                + (own ? "; restore " + item.name() : "; another put")
                + " brings it back");
    return Context.json(verdict);
  }

  private JsonNode restore(Arguments arguments) {
    arguments.require(1, 1, "restore ITEM");
    ItemName item = ItemName.of(arguments.words().get(0), context.session().feed());
    ChangeItemsRequest request =
        ChangeItemsRequest.newBuilder()
            .addUpserts(ItemVector.newBuilder().setId(item.id()).setKey(item.key()))
            .build();
    IndexStatus status = context.ports().admin(admin -> admin.changeItems(request));
    context.out().println("restored " + item.text());
    return Context.json(status);
  }
}
