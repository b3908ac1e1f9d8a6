package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.Inferred.Shape;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognises tables whose rows are lists of shown items, such as {@code N1-0 N2-1}. Each entry ends
 * with the user's answer: 1 if the user chose the item, else 0.
 */
final class LabelledLists {
  private static final String CLICK = "click";

  private LabelledLists() {}

  /** Returns the meaning of such a table; null for other tables. */
  static @Nullable Inferred find(
      TableProfile table, Decisions decisions, @Nullable TimeColumn time) {
    ColumnProfile shown = null;
    ColumnProfile earlier = decisions.column(Role.HISTORY, table);
    for (ColumnProfile column : table.columns()) {
      if (column.list() == ListShape.LABELLED) {
        shown = column;
      } else if (column.list() == ListShape.BLANKS
          && earlier == null
          && !decisions.isNone(Role.HISTORY)
          && !NameWords.set(column.name()).contains(Word.TITLE)) {
        earlier = column;
      }
    }
    if (shown == null || time == null) {
      return null;
    }
    Set<String> taken = new HashSet<>(time.columns());
    taken.add(shown.name());
    Choice user =
        new KeyColumns(table, decisions.with(Role.ITEM, Decisions.NONE)).find(taken).user();
    if (user == null) {
      return null;
    }
    Map<Role, Choice> roles = new EnumMap<>(Role.class);
    roles.put(Role.USER, user);
    roles.put(Role.ITEM, new Choice(shown, "lists of shown items; -1 means chosen, -0 not"));
    if (earlier != null) {
      roles.put(Role.HISTORY, new Choice(earlier, "the other list of items"));
    }
    ActionColumn action =
        new ActionColumn(
            ActionColumn.Kind.ONE,
            List.of(shown),
            List.of(CLICK),
            List.of(CLICK),
            List.of(),
            ActionColumn.Bounds.NONE,
            "entries that end with -1");
    return new Inferred(
        table, Shape.LABELLED_LISTS, roles, time, action, null, Map.of(), List.of());
  }
}
