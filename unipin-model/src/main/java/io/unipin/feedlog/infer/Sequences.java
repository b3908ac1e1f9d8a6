package io.unipin.feedlog.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.infer.Inferred.Shape;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.profile.TimeFormat;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recognises tables with one row per user: the user and the list of the user's items, in order. */
final class Sequences {
  private static final String INTERACTION = "interaction";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Sequences() {}

  /** Returns the meaning of such a table; null for other tables. */
  static @Nullable Inferred find(TableProfile table, Decisions decisions) {
    ColumnProfile user = decisions.column(Role.USER, table);
    ColumnProfile items = null;
    ColumnProfile times = null;
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      boolean list = isList(column);
      if (!list && KeyColumns.score(Role.ITEM, column) > 1) {
        return null; // a row is one action
      }
      if (!list && user == null && KeyColumns.score(Role.USER, column) > 1) {
        user = column;
      } else if (list && items == null && words.contains(Word.ITEM)) {
        items = column;
      } else if (list && times == null && words.contains(Word.TIME)) {
        times = column;
      }
    }
    ColumnProfile decided = decisions.column(Role.ITEM, table);
    items = decided == null ? items : decided;
    if (user == null || items == null || !isList(items)) {
      return null;
    }
    TimeColumn time = times == null || decisions.isNone(Role.TIME) ? null : times(times);
    Map<Role, Choice> roles = new EnumMap<>(Role.class);
    roles.put(Role.USER, new Choice(user, "its name"));
    roles.put(Role.ITEM, new Choice(items, "lists of ids, oldest first"));
    ActionColumn action =
        new ActionColumn(
            ActionColumn.Kind.ONE,
            List.of(),
            List.of(INTERACTION),
            List.of(INTERACTION),
            List.of(),
            ActionColumn.Bounds.NONE,
            "no column says what the users did");
    return new Inferred(table, Shape.SEQUENCES, roles, time, action, null, Map.of(), List.of());
  }

  private static @Nullable TimeColumn times(ColumnProfile column) {
    for (TimeFormat format : TimeFormat.values()) {
      boolean all =
          !column.first().isEmpty()
              && column.first().stream()
                  .flatMap(value -> entries(value, column.list()).stream())
                  .flatMap(List::stream)
                  .allMatch(entry -> format.milliseconds(entry).isPresent());
      if (all) {
        return new TimeColumn(column, null, format, "its name; a list like that of the items");
      }
    }
    return null;
  }

  /** Whether the values are plain lists, or JSON arrays of texts and numbers. */
  private static boolean isList(ColumnProfile column) {
    if (column.list() != ListShape.JSON) {
      return separator(column.list()) != null;
    }
    return column.first().stream().allMatch(value -> entries(value, ListShape.JSON).isPresent());
  }

  /** Returns the entries of a list; empty if the text is not a list of texts and numbers. */
  private static Optional<List<String>> entries(String list, ListShape shape) {
    String between = separator(shape);
    if (between != null) {
      return Optional.of(
          Arrays.stream(list.split("[" + between + "]", -1)).map(String::strip).toList());
    }
    List<String> entries = new ArrayList<>();
    try {
      for (JsonNode entry : JSON.readTree(list)) {
        if (!entry.isTextual() && !entry.isNumber()) {
          return Optional.empty();
        }
        entries.add(entry.asText());
      }
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    return Optional.of(entries);
  }

  /**
   * Returns the text between two entries of a list; null if the column's values are not plain
   * lists.
   */
  static @Nullable String separator(ListShape shape) {
    return switch (shape) {
      case BLANKS -> " ";
      case BARS -> "|";
      case COMMAS -> ",";
      case NONE, LABELLED, JSON -> null;
    };
  }
}
