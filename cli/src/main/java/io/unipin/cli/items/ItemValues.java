package io.unipin.cli.items;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.ItemKeys;
import io.unipin.feedlog.source.Shown;
import io.unipin.proto.v1.Item;
import io.unipin.serving.items.ItemCheck;
import io.unipin.serving.rpc.items.ItemFields;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds the item of one row from the texts of its columns, and checks it by the server's rules.
 * Not thread-safe.
 */
final class ItemValues {
  private static final Pattern WHOLE = Pattern.compile("([+-]?\\d{1,19})(?:\\.0*)?");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d{1,60}(?:\\.\\d{0,60})?|\\.\\d{1,60})(?:[eE][+-]?\\d{1,4})?");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String place;
  private final Item.Builder item = Item.newBuilder();
  private String fault = "";
  private boolean hasId;

  /** Begins a row. In messages, {@code place} names the file and the row. */
  ItemValues(String place) {
    this.place = place;
  }

  /** Sets the value of a column. Null means that the value is unknown. */
  void set(String column, @Nullable String value) {
    if (value == null || !fault.isEmpty()) {
      return;
    }
    switch (column) {
      case "item_id" -> {
        whole(column, value).ifPresent(item::setId);
        hasId = true;
      }
      case "key" -> item.setKey(value);
      case "title" -> item.setTitle(value);
      case "category" -> item.setCategory(value);
      case "author" -> item.setAuthor(value);
      case "created_ms" -> whole(column, value).ifPresent(item::setCreatedMs);
      case "expires_ms" -> whole(column, value).ifPresent(item::setExpiresMs);
      case "content" -> content(value);
      case "attributes" -> attributes(value);
      default -> {} // the command has already named the columns that are not read
    }
  }

  private Optional<Long> whole(String column, String value) {
    var found = WHOLE.matcher(value.strip());
    if (found.matches()) {
      try {
        return Optional.of(Long.parseLong(found.group(1)));
      } catch (NumberFormatException e) {
        // the number needs more than 64 bits
      }
    }
    complain(column, "a whole number of 64 bits", value);
    return Optional.empty();
  }

  /** Reads a list such as {@code [0.1, -2, 3e-4]}. */
  private void content(String value) {
    String text = value.strip();
    if (!text.startsWith("[") || !text.endsWith("]")) {
      complain("content", "a list such as [0.1, 0.2]", value);
      return;
    }
    String inside = text.substring(1, text.length() - 1).strip();
    if (inside.isEmpty()) {
      return;
    }
    for (String part : inside.split(",", -1)) {
      String number = part.strip();
      if (!NUMBER.matcher(number).matches()) {
        complain("content", "numbers", number);
        return;
      }
      item.addContent(Float.parseFloat(number));
    }
  }

  /** Reads a list such as {@code ["red", "wool"]}, or texts with {@code |} between them. */
  private void attributes(String value) {
    String text = value.strip();
    if (!text.startsWith("[")) {
      Arrays.stream(text.split("\\|", -1))
          .map(String::strip)
          .filter(each -> !each.isEmpty())
          .forEach(item::addAttributes);
      return;
    }
    try {
      for (JsonNode each : JSON.readTree(text)) {
        if (!each.isTextual()) {
          complain("attributes", "texts", each);
          return;
        }
        item.addAttributes(each.textValue());
      }
    } catch (JsonProcessingException e) {
      complain("attributes", "a list such as [\"red\", \"wool\"]", value);
    }
  }

  void addAttribute(String attribute) {
    item.addAttributes(attribute);
  }

  void addContent(float number) {
    item.addContent(number);
  }

  void complain(String column, String expected, @Nullable Object got) {
    if (fault.isEmpty()) {
      String value = got == null ? "null" : "'" + Shown.value(String.valueOf(got)) + "'";
      fault = "column " + column + ": " + expected + " expected, got " + value;
    }
  }

  private static Object name(Item item) {
    return item.getKey().isEmpty() ? item.getId() : item.getKey();
  }

  /**
   * Removes the id of an item that also has a key, because a put names its item either by id or by
   * key. Refuses an id that does not belong to the key.
   */
  private void nameByKey() {
    long own = ItemKeys.id(item.getKey());
    if (item.getId() != own) {
      complain("item_id", "the id %s of the key, or no key,".formatted(own), item.getId());
    }
    item.clearId();
  }

  /** Returns the row, with the item or the first fault. */
  ItemRow row() {
    boolean keyed = !item.getKey().isEmpty();
    if (!hasId && !keyed) {
      complain("item_id", "a number of at least 0", null);
    } else if (hasId && keyed) {
      nameByKey();
    }
    if (!fault.isEmpty()) {
      return ItemRow.refused(place, fault);
    }
    Item read = item.build();
    return ItemCheck.fault(ItemFields.read(read), System.currentTimeMillis())
        .map(reason -> ItemRow.refused(place, "item " + name(read) + ": " + reason))
        .orElseGet(() -> ItemRow.of(place, read));
  }
}
