package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.infer.ActionColumn.Kind;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes the SQL that makes actions and feedviews from the rows of the table with the actions. */
final class ActionsSql {
  private static final String YES = "('1', '1.0', 'true', 'yes', 't', 'y', 'ja')";

  private final Inferred inferred;
  private final String user;
  private final String item;
  private final @Nullable String time;

  ActionsSql(Inferred inferred) {
    this.inferred = inferred;
    this.user = inferred.required(Role.USER).sql();
    this.item = inferred.required(Role.ITEM).sql();
    TimeColumn column = inferred.time();
    this.time = column == null ? null : column.sql();
  }

  String actions() {
    return switch (inferred.shape()) {
      case ROWS -> rowActions();
      case SEQUENCES -> sequences();
      case LABELLED_LISTS -> labelledActions();
    };
  }

  String feedviews() {
    return inferred.shape() == Inferred.Shape.LABELLED_LISTS ? labelledViews() : rowViews();
  }

  private String rowActions() {
    List<String> where = new ArrayList<>(List.of(user + " IS NOT NULL", item + " IS NOT NULL"));
    if (inferred.action().kind() == Kind.NAMED) {
      String name = inferred.action().columns().get(0).sql();
      where.add(name + " IS NOT NULL");
      if (!inferred.action().passive().isEmpty()) {
        where.add(name + " NOT IN " + texts(inferred.action().passive()));
      }
    } else if (inferred.action().kind() == Kind.FLAGS) {
      where.add(
          inferred.action().columns().stream()
              .map(ActionsSql::isSet)
              .collect(Collectors.joining(" OR ", "(", ")")));
    }
    return "SELECT %s AS user_id,\n  %s,\n%s  %s AS actions\nFROM events\nWHERE %s"
        .formatted(
            user,
            itemId(item),
            "  " + (time == null ? "rowid AS sequence" : time + " AS time_ms") + ",\n",
            taken(),
            String.join("\n  AND ", where));
  }

  /** Returns the item as an id or as a key. */
  private String itemId(String value) {
    return ItemsSql.named(inferred, value)
        + (inferred.hasNumbers() ? " AS item_id" : " AS item_key");
  }

  /** Returns the list of the actions of a row. */
  private String taken() {
    ActionColumn action = inferred.action();
    return switch (action.kind()) {
      case ONE -> "['" + action.actions().get(0) + "']";
      case NAMED -> {
        String name = action.columns().get(0).sql();
        if (!action.actions().contains(ActionColumn.OTHER)) {
          yield "[CAST(" + name + " AS VARCHAR)]";
        }
        List<String> known =
            action.actions().stream().filter(a -> !a.equals(ActionColumn.OTHER)).toList();
        // Without the CAST, a column of numbers would make a number of the last text.
        yield "[CASE WHEN %s IN %s THEN CAST(%s AS VARCHAR) ELSE '%s' END]"
            .formatted(name, texts(known), name, ActionColumn.OTHER);
      }
      case RATED -> {
        String rating = "TRY_CAST(" + action.columns().get(0).sql() + " AS DOUBLE)";
        yield String.format(
            Locale.ROOT,
            "CASE WHEN %s >= %s THEN ['rate', 'like']\n    WHEN %s <= %s THEN ['rate', 'dislike'] ELSE ['rate'] END",
            rating,
            action.bounds().likedFrom(),
            rating,
            action.bounds().dislikedTo());
      }
      case FLAGS ->
          action.columns().stream()
              .map(
                  column ->
                      "CASE WHEN %s THEN %s END"
                          .formatted(
                              isSet(column), DuckSession.literal(ActionColumn.flagged(column))))
              .collect(
                  Collectors.joining(",\n    ", "list_filter([", "], lambda a: a IS NOT NULL)"));
    };
  }

  private static String isSet(ColumnProfile flag) {
    return "lower(CAST(" + flag.sql() + " AS VARCHAR)) IN " + YES;
  }

  private static String texts(List<String> values) {
    return values.stream().map(DuckSession::literal).collect(Collectors.joining(", ", "(", ")"));
  }

  /**
   * Returns SQL with one feedview for each list that was shown, or for each row if rows name no
   * lists.
   */
  private String rowViews() {
    ColumnProfile slate = inferred.column(Role.SLATE);
    ColumnProfile position = inferred.column(Role.POSITION);
    if (slate == null) {
      return """
      SELECT user_id, %s, time_ms, 0 AS position, actions,
        CAST(row_number() OVER (PARTITION BY user_id ORDER BY time_ms, item) AS VARCHAR) AS feedview_id
      FROM (SELECT %s AS user_id, %s AS item, %s AS time_ms,
        %s AS actions FROM events)
      WHERE user_id IS NOT NULL AND item IS NOT NULL AND time_ms IS NOT NULL\
      """
          .formatted(itemId("item"), user, item, time, taken());
    }
    String passive =
        inferred.action().kind() == Kind.NAMED
            ? "CASE WHEN %s IN %s OR %s IS NULL THEN [] ELSE %s END"
                .formatted(
                    inferred.action().columns().get(0).sql(),
                    texts(inferred.action().passive()),
                    inferred.action().columns().get(0).sql(),
                    taken())
            : taken();
    String place = position == null ? "0" : "TRY_CAST(" + position.sql() + " AS DOUBLE)";
    return """
    SELECT user_id, feedview_id, %s, actions,
      min(first_ms) OVER (PARTITION BY user_id, feedview_id) AS time_ms,
      row_number() OVER (PARTITION BY user_id, feedview_id ORDER BY place, first_ms, item) - 1 AS position
    FROM (
      SELECT user_id, feedview_id, %s AS item, min(time_ms) AS first_ms, min(place) AS place,
        list_sort(list_distinct(flatten(list(actions)))) AS actions
      FROM (SELECT %s AS user_id, CAST(%s AS VARCHAR) AS feedview_id, %s AS item, %s AS time_ms,
        %s AS place, %s AS actions FROM events)
      WHERE user_id IS NOT NULL AND feedview_id IS NOT NULL AND item IS NOT NULL AND time_ms IS NOT NULL
      GROUP BY 1, 2, 3)\
    """
        .formatted(
            itemId("item"),
            ItemsSql.named(inferred, "item"),
            user,
            slate.sql(),
            item,
            time,
            place,
            passive);
  }

  private String sequences() {
    String list = ItemsSql.split(inferred.required(Role.ITEM));
    TimeColumn column = inferred.time();
    String times = column == null ? "" : "\n  unnest(" + ItemsSql.split(column.date()) + ") AS t,";
    String read = column == null ? "" : " " + column.format().sql("t") + " AS time_ms,";
    return """
    SELECT user_id, item AS item_key,%s sequence, ['%s'] AS actions
    FROM (SELECT %s AS user_id, unnest(%s) AS item,%s
      generate_subscripts(%s, 1) AS sequence FROM events)
    WHERE user_id IS NOT NULL AND item IS NOT NULL\
    """
        .formatted(read, inferred.action().actions().get(0), user, list, times, list);
  }

  /** Returns SQL for the entries of the shown lists, one row for each entry. */
  private String entries() {
    return """
    shown AS (
      SELECT user_id, time_ms, view, unnest(entries) AS entry, generate_subscripts(entries, 1) AS place
      FROM (SELECT %s AS user_id, %s AS time_ms, string_split(%s, ' ') AS entries,
        row_number() OVER (PARTITION BY %s ORDER BY %s, %s) AS view FROM events)
      WHERE user_id IS NOT NULL AND time_ms IS NOT NULL)\
    """
        .formatted(user, time, item, user, time, item);
  }

  private String labelledActions() {
    String click = inferred.action().actions().get(0);
    ColumnProfile history = inferred.column(Role.HISTORY);
    String earlier =
        history == null
            ? ""
            : """

            UNION ALL
            SELECT user_id, unnest(entries), time_ms, generate_subscripts(entries, 1), ['%s']
            FROM (SELECT %s AS user_id, min(%s) - 1 AS time_ms,
              arg_min(string_split(%s, ' '), %s) AS entries FROM events WHERE %s IS NOT NULL GROUP BY 1)
            WHERE user_id IS NOT NULL AND time_ms IS NOT NULL\
            """
                .formatted(click, user, time, history.sql(), time, history.sql());
    return """
    WITH %s
    SELECT user_id, regexp_replace(entry, '-[01]$', '') AS item_key, time_ms, place AS sequence,
      ['%s'] AS actions
    FROM shown WHERE entry LIKE '%%-1'%s\
    """
        .formatted(entries(), click, earlier);
  }

  private String labelledViews() {
    return """
    WITH %s
    SELECT user_id, CAST(view AS VARCHAR) AS feedview_id, time_ms, place - 1 AS position,
      regexp_replace(entry, '-[01]$', '') AS item_key,
      CASE WHEN entry LIKE '%%-1' THEN ['%s'] ELSE [] END AS actions
    FROM shown\
    """
        .formatted(entries(), inferred.action().actions().get(0));
  }
}
