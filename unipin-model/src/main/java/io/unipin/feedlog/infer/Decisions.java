package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.profile.TimeFormat;
import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Nearest;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a person has decided about the columns. The inference decides about the other columns.
 *
 * @param columns the name of each role's column; {@link #NONE} for a role that no column has
 * @param timeFormat {@code day-first} or {@code month-first}; empty to infer it
 * @param events name of the files with the actions; empty to infer it
 */
public record Decisions(Map<Role, String> columns, String timeFormat, String events) {
  /** Value for a role that no column has. */
  public static final String NONE = "none";

  private static final Map<String, TimeFormat> FORMATS =
      Map.of("day-first", TimeFormat.DAY_FIRST, "month-first", TimeFormat.MONTH_FIRST);

  public Decisions {
    columns = columns.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(columns));
    if (!timeFormat.isEmpty() && !FORMATS.containsKey(timeFormat)) {
      throw new InferenceException(
          "--time-format: day-first or month-first expected, got '"
              + Shown.value(timeFormat)
              + "'"
              + Nearest.hint(timeFormat, FORMATS.keySet()));
    }
  }

  /** Returns no decisions: everything is inferred. */
  public static Decisions none() {
    return new Decisions(Map.of(), "", "");
  }

  /** Returns these decisions and one more. */
  public Decisions with(Role role, String column) {
    Map<Role, String> more = new EnumMap<>(Role.class);
    more.putAll(columns);
    more.put(role, column);
    return new Decisions(more, timeFormat, events);
  }

  Optional<TimeFormat> format() {
    return Optional.ofNullable(FORMATS.get(timeFormat));
  }

  boolean isNone(Role role) {
    return columns.getOrDefault(role, "").toLowerCase(Locale.ROOT).equals(NONE);
  }

  /**
   * Returns the column that was decided for a role; null if none was decided, or if it was decided
   * that no column has this role.
   */
  @Nullable ColumnProfile column(Role role, TableProfile table) {
    String name = columns.get(role);
    if (name == null || isNone(role)) {
      return null;
    }
    return table.column(name);
  }

  /** Refuses a decision about a column that none of the tables has. */
  void requireColumns(List<TableProfile> tables) {
    columns.forEach(
        (role, name) -> {
          List<String> known = tables.stream().flatMap(t -> t.names().stream()).distinct().toList();
          if (!isNone(role) && tables.stream().allMatch(t -> t.column(name) == null)) {
            throw new InferenceException(
                "%s: one of the columns %s expected, got '%s'%s"
                    .formatted(
                        role.flag(),
                        Shown.line(known.toString()),
                        Shown.value(name),
                        Nearest.hint(name, known)));
          }
        });
  }
}
