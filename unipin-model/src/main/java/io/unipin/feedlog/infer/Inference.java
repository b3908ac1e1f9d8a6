package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.Inferred.Shape;
import io.unipin.feedlog.infer.KeyColumns.Keys;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Nearest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Infers what the columns of unknown files mean, from their names and values.
 *
 * <p>A pure function of profiles and decisions. Each choice has a reason. If two readings are
 * equally good, the inference fails. The message names both readings and the flags that decide
 * between them.
 */
public final class Inference {
  private static final double DETERMINED = 0.95;

  /**
   * One table with actions is used. Any other table with actions gets a note if its number of rows
   * exceeds this share of the used table's rows.
   */
  private static final double WORTH_A_NOTE = 0.02;

  private final List<TableProfile> tables;
  private final Decisions decisions;
  private final List<String> notes = new ArrayList<>();

  private Inference(List<TableProfile> tables, Decisions decisions) {
    this.tables = tables;
    this.decisions = decisions;
  }

  /**
   * Returns what the columns of the tables mean.
   *
   * @throws InferenceException if no table has users and items, or if two readings are equally good
   */
  public static Inferred of(List<TableProfile> tables, Decisions decisions) {
    decisions.requireColumns(tables);
    return new Inference(tables, decisions).infer();
  }

  private Inferred infer() {
    Inferred inferred = null;
    for (TableProfile table : candidates()) {
      if (inferred == null) {
        inferred = events(table);
      } else if (isOther(table, inferred.events())) {
        notes.add(
            "%s also has users and items, and is left out: --events %s reads it instead"
                .formatted(table.name(), table.name()));
      }
    }
    if (inferred == null) {
      throw noEvents();
    }
    return withItems(inferred);
  }

  /** Whether an unused table has so many actions that a note should mention them. */
  private boolean isOther(TableProfile table, TableProfile events) {
    try {
      return table.estimatedRows() > WORTH_A_NOTE * events.estimatedRows() && events(table) != null;
    } catch (InferenceException e) {
      return false;
    }
  }

  /**
   * Returns the tables that may hold the actions. Tables whose column names speak of users and
   * items come before all other tables. Within both groups, tables with more rows come first.
   */
  private List<TableProfile> candidates() {
    if (!decisions.events().isEmpty()) {
      for (TableProfile table : tables) {
        if (table.name().equals(decisions.events())) {
          return List.of(table);
        }
      }
      List<String> names = tables.stream().map(TableProfile::name).toList();
      throw new InferenceException(
          "--events: one of %s expected, got '%s'%s"
              .formatted(
                  names, Shown.value(decisions.events()), Nearest.hint(decisions.events(), names)));
    }
    List<TableProfile> sorted = new ArrayList<>(tables);
    sorted.sort(
        (a, b) -> {
          int named = Boolean.compare(hasNames(b), hasNames(a));
          return named != 0 ? named : Long.compare(b.estimatedRows(), a.estimatedRows());
        });
    return sorted;
  }

  private boolean hasNames(TableProfile table) {
    boolean lists =
        table.columns().stream().anyMatch(column -> column.list() == ListShape.LABELLED);
    return lists || new KeyColumns(table, decisions).hasNames();
  }

  private InferenceException noEvents() {
    StringBuilder columns = new StringBuilder();
    for (TableProfile table : tables) {
      columns.append(columns.isEmpty() ? "" : "; ").append(table.name());
      columns.append(" has ").append(Shown.line(table.names().toString()));
    }
    return new InferenceException(
        "a table with a column of users and a column of items expected, found none: "
            + columns
            + "; --user COLUMN and --item COLUMN name them");
  }

  /** Returns the meaning of a table with actions; null if the table has none. */
  private @Nullable Inferred events(TableProfile table) {
    TimeColumn time = TimeColumn.find(table, decisions);
    Set<String> taken = new HashSet<>(time == null ? Set.of() : time.columns());
    Inferred lists = LabelledLists.find(table, decisions, time);
    if (lists == null) {
      lists = Sequences.find(table, decisions);
    }
    if (lists != null) {
      return lists;
    }
    ColumnProfile slate = decided(Role.SLATE, table);
    if (slate != null) {
      taken.add(slate.name());
    }
    Keys keys = new KeyColumns(table, decisions).find(taken);
    Choice user = keys.user();
    Choice item = keys.item();
    if (user == null || item == null) {
      return null;
    }
    Map<Role, Choice> roles = new EnumMap<>(Role.class);
    roles.put(Role.USER, user);
    roles.put(Role.ITEM, item);
    taken.add(user.column().name());
    taken.add(item.column().name());
    ActionColumn action = ActionColumn.find(table, decisions, keys);
    action.columns().forEach(column -> taken.add(column.name()));
    group(Role.SLATE, Word.SLATE, table, user.column(), roles, taken);
    group(Role.SESSION, Word.SESSION, table, user.column(), roles, taken);
    position(table, roles, taken);
    roles.putAll(ItemColumns.inEvents(table, item.column(), decisions));
    return new Inferred(table, Shape.ROWS, roles, time, action, null, Map.of(), List.of());
  }

  private @Nullable ColumnProfile decided(Role role, TableProfile table) {
    return decisions.column(role, table);
  }

  /** Adds a column whose values group rows of one user. */
  private void group(
      Role role,
      Word word,
      TableProfile table,
      ColumnProfile user,
      Map<Role, Choice> roles,
      Set<String> taken) {
    Predicate<ColumnProfile> fits =
        column -> {
          double ofUser = table.relations().determined(column.name(), user.name());
          return NameWords.set(column.name()).contains(word)
              && column.repeats() > 1
              && column.distinct() > 1
              && (Double.isNaN(ofUser) || ofUser >= DETERMINED);
        };
    add(role, table, fits, "its name; all rows of a value have one user", roles, taken);
  }

  private void position(TableProfile table, Map<Role, Choice> roles, Set<String> taken) {
    Predicate<ColumnProfile> fits =
        column ->
            NameWords.set(column.name()).contains(Word.POSITION)
                && column.isWhole()
                && column.most() < 10_000;
    add(Role.POSITION, table, fits, "its name; small whole numbers", roles, taken);
  }

  private void add(
      Role role,
      TableProfile table,
      Predicate<ColumnProfile> fits,
      String reason,
      Map<Role, Choice> roles,
      Set<String> taken) {
    ColumnProfile decided = decided(role, table);
    if (decided != null) {
      roles.put(role, Choice.decided(role, decided));
    } else if (!decisions.isNone(role)) {
      for (ColumnProfile column : table.columns()) {
        if (!taken.contains(column.name()) && fits.test(column)) {
          roles.put(role, new Choice(column, reason));
          taken.add(column.name());
          return;
        }
      }
    }
  }

  /** Adds the table that gives the best description of the items. */
  private Inferred withItems(Inferred found) {
    TableProfile items = null;
    Map<Role, Choice> itemRoles = new EnumMap<>(Role.class);
    for (TableProfile table : tables) {
      if (table.equals(found.events())) {
        continue;
      }
      ColumnProfile key = ItemColumns.key(table, found.required(Role.ITEM));
      if (key == null) {
        continue;
      }
      Map<Role, Choice> roles = new EnumMap<>(Role.class);
      roles.put(Role.ITEM, new Choice(key, "one row for each value"));
      roles.putAll(ItemColumns.inItems(table, key, decisions));
      if (roles.size() > Math.max(1, itemRoles.size())) {
        items = table;
        itemRoles = roles;
      }
    }
    for (TableProfile table : tables) {
      boolean used = table.equals(found.events()) || table.equals(items);
      boolean noted = notes.stream().anyMatch(note -> note.startsWith(table.name() + " "));
      if (!used && !noted) {
        notes.add(table.name() + " is left out: nothing in it describes the actions or items");
      }
    }
    notes.addAll(found.notes());
    if (found.time() == null && found.shape() == Shape.ROWS) {
      notes.add("no column of times: the order of the rows is taken for the order of the actions");
    }
    return new Inferred(
        found.events(),
        found.shape(),
        found.roles(),
        found.time(),
        found.action(),
        items,
        itemRoles,
        notes);
  }
}
