package io.unipin.feedlog.imports;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.settings.Located;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DuckDB type of a source's column.
 *
 * @param sql DuckDB's own name of the type, so BIGINT and not LONG. It contains only parts of type
 *     names, so it can be put into SQL safely.
 */
record ColumnType(String sql) {
  static final ColumnType TEXT = new ColumnType("VARCHAR");

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_ ,()\\[\\]]*");
  private static final String LIST = "[]";

  private static final Set<String> WHOLE =
      Set.of(
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "HUGEINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "UHUGEINT");

  /** Types of times without a time zone. */
  private static final Set<String> LOCAL_TIMES = Set.of("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS");

  /** Returns the type that a mapping names. */
  static ColumnType of(DuckSession session, Located type, String key) {
    String name = type.text().strip();
    String problem = "a type of DuckDB such as BIGINT expected, got '" + name + "'";
    if (!NAME.matcher(name).matches() || !balanced(name)) {
      throw new FeedLogException(type, key, problem);
    }
    try {
      String own = session.text("SELECT typeof(CAST(NULL AS " + name + "))");
      return new ColumnType(String.valueOf(own));
    } catch (SQLException e) {
      throw new FeedLogException(type, key, problem);
    }
  }

  private static boolean balanced(String name) {
    int depth = 0;
    for (int i = 0; i < name.length() && depth >= 0; i++) {
      depth += name.charAt(i) == '(' ? 1 : name.charAt(i) == ')' ? -1 : 0;
    }
    return depth == 0;
  }

  boolean isText() {
    return sql.equals(TEXT.sql());
  }

  /**
   * Returns an SQL expression that converts a text to this type. The expression is null if the text
   * is not a value of this type.
   */
  String value(String text, boolean json) {
    if (isText()) {
      return text;
    }
    if (LOCAL_TIMES.contains(sql)) {
      // DuckDB drops an offset such as +02:00 if it reads a text as a time without a time zone
      return "TRY_CAST(TRY_CAST(" + text + " AS TIMESTAMPTZ) AS " + sql + ")";
    }
    return "TRY_CAST(" + nested(text, json) + " AS " + sql + ")";
  }

  private String nested(String text, boolean json) {
    boolean nested = sql.endsWith("]") || sql.toUpperCase(Locale.ROOT).matches("(STRUCT|MAP)\\b.*");
    return nested && json ? "TRY_CAST(" + text + " AS JSON)" : text;
  }

  /**
   * Returns an SQL condition that holds if a text is null or a value of this type. For a type of
   * whole numbers, or of lists of them, the numbers must be whole. Returns null for the type
   * VARCHAR, because every text is a value of this type.
   */
  @Nullable String fits(String text, boolean json) {
    if (isText()) {
      return null;
    }
    String fits = value(text, json) + " IS NOT NULL";
    String element = sql.endsWith(LIST) ? sql.substring(0, sql.length() - LIST.length()) : sql;
    if (WHOLE.contains(element)) {
      String fractions =
          element.equals(sql)
              ? fraction(text)
              : "len(list_filter(TRY_CAST(%s AS VARCHAR[]), lambda part: %s)) > 0"
                  .formatted(nested(text, json), fraction("part"));
      // Only a text with a point or an exponent can be a fraction. DuckDB evaluates a branch of
      // CASE for its own rows alone, so all other texts are spared the slow conversion.
      fits +=
          " AND CASE WHEN regexp_matches(%s, '[.eE]') THEN NOT coalesce(%s, false) ELSE true END"
              .formatted(text, fractions);
    }
    return "(" + text + " IS NULL OR (" + fits + "))";
  }

  /** Returns an SQL condition that holds if a text is a number that is not whole. */
  private static String fraction(String text) {
    return "TRY_CAST(" + text + " AS DECIMAL(38, 15)) % 1 <> 0";
  }

  /**
   * Returns an SQL expression that converts a column of any type to this type. It fails if this is
   * a type of whole numbers and the value is a fraction, which DuckDB would round.
   *
   * @param column quoted name of the column
   */
  String converted(String column) {
    String cast = "CAST(" + column + " AS " + sql + ")";
    String text = "CAST(" + column + " AS VARCHAR)";
    // DuckDB knows a column's type before it reads rows, and drops the branches for other types.
    if (LOCAL_TIMES.contains(sql)) {
      return "CASE WHEN typeof(%s) = 'VARCHAR' THEN CAST(CAST(%s AS TIMESTAMPTZ) AS %s) ELSE %s END"
          .formatted(column, text, sql, cast);
    }
    return WHOLE.contains(sql)
        ? "CASE WHEN %s THEN error('a whole number expected, got ' || %s) ELSE %s END"
            .formatted(isFraction(column), text, cast)
        : cast;
  }

  /** Returns an SQL condition that holds if a column of any type has a number that is not whole. */
  private static String isFraction(String column) {
    String text = "CAST(" + column + " AS VARCHAR)";
    return "(typeof(%1$s) IN ('FLOAT', 'DOUBLE', 'VARCHAR') OR typeof(%1$s) LIKE 'DECIMAL%%')"
            .formatted(column)
        + " AND regexp_matches(%s, '[.eE]') AND %s".formatted(text, fraction(text));
  }

  /**
   * Returns the smallest text of an expression's values that are numbers but not whole; empty if
   * there is none.
   *
   * @param from table expression whose rows have the values
   */
  static Optional<String> findFraction(DuckSession session, String expression, String from)
      throws SQLException {
    String rows = "(SELECT " + expression + " AS number FROM " + from + ")";
    String query = "SELECT min(number::VARCHAR) FROM " + rows + " WHERE " + isFraction("number");
    return Optional.ofNullable(session.text(query));
  }
}
