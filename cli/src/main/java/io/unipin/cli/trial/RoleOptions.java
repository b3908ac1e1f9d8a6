package io.unipin.cli.trial;

import io.unipin.feedlog.infer.Decisions;
import io.unipin.feedlog.infer.Role;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options with which a person says what columns mean. The options are needed where inference is
 * wrong or refuses to choose.
 */
final class RoleOptions {
  private static final String COLUMN = "COLUMN";

  @Option(names = "--user", paramLabel = COLUMN, description = "The column of users.")
  private @Nullable String user;

  @Option(names = "--item", paramLabel = COLUMN, description = "The column of items.")
  private @Nullable String item;

  @Option(
      names = "--time",
      paramLabel = COLUMN,
      description = "The column of times. As for all columns, none means that there is none.")
  private @Nullable String time;

  @Option(
      names = "--action",
      paramLabel = COLUMN,
      description = "The column with the names of actions.")
  private @Nullable String action;

  @Option(names = "--rating", paramLabel = COLUMN, description = "The column of ratings.")
  private @Nullable String rating;

  @Option(names = "--session", paramLabel = COLUMN, description = "The column of sessions.")
  private @Nullable String session;

  @Option(
      names = "--slate",
      paramLabel = COLUMN,
      description = "The column that is equal for all items that were shown together.")
  private @Nullable String slate;

  @Option(
      names = "--position",
      paramLabel = COLUMN,
      description = "The column with the place of an item among those shown together.")
  private @Nullable String position;

  @Option(
      names = "--history",
      paramLabel = COLUMN,
      description = "The column with lists of items that the user chose earlier.")
  private @Nullable String history;

  @Option(names = "--title", paramLabel = COLUMN, description = "The column of items' titles.")
  private @Nullable String title;

  @Option(
      names = "--category",
      paramLabel = COLUMN,
      description = "The column of items' categories.")
  private @Nullable String category;

  @Option(names = "--text", paramLabel = COLUMN, description = "The column of items' texts.")
  private @Nullable String text;

  @Option(
      names = "--time-format",
      defaultValue = "",
      paramLabel = "FORMAT",
      description = "day-first or month-first, for dates such as 03/04/2021.")
  private String timeFormat = "";

  @Option(
      names = "--events",
      defaultValue = "",
      paramLabel = "FILE",
      description = "Of several files, the one with the users' actions.")
  private String events = "";

  Decisions decisions() {
    Map<Role, String> columns = new EnumMap<>(Role.class);
    put(columns, Role.USER, user);
    put(columns, Role.ITEM, item);
    put(columns, Role.TIME, time);
    put(columns, Role.ACTION, action);
    put(columns, Role.RATING, rating);
    put(columns, Role.SESSION, session);
    put(columns, Role.SLATE, slate);
    put(columns, Role.POSITION, position);
    put(columns, Role.HISTORY, history);
    put(columns, Role.TITLE, title);
    put(columns, Role.CATEGORY, category);
    put(columns, Role.TEXT, text);
    return new Decisions(columns, timeFormat, events);
  }

  private static void put(Map<Role, String> columns, Role role, @Nullable String column) {
    if (column != null) {
      columns.put(role, column);
    }
  }
}
