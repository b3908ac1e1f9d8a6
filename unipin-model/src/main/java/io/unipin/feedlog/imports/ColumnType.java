package io.unipin.feedlog.imports;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.settings.Located;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DuckDB type of a source's column.
 *
 * @param sql the type's name; it contains only parts of type names, so it can be put into SQL
 *     safely
 */
record ColumnType(String sql) {
  static final ColumnType TEXT = new ColumnType("VARCHAR");

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_ ,()\\[\\]]*");
  private static final Set<String> WHOLE =
      Set.of("BIGINT", "INTEGER", "INT", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT");

  /** Returns the type that a mapping names. */
  static ColumnType of(DuckSession session, Located type, String key) {
    String name = type.text().strip();
    String problem = "a type of DuckDB such as BIGINT expected, got '" + name + "'";
    if (!NAME.matcher(name).matches() || !balanced(name)) {
      throw new FeedLogException(type, key, problem);
    }
    try {
      session.execute("SELECT CAST(NULL AS " + name + ")");
    } catch (SQLException e) {
      throw new FeedLogException(type, key, problem);
    }
    return new ColumnType(name);
  }

  private static boolean balanced(String name) {
    int depth = 0;
    for (int i = 0; i < name.length() && depth >= 0; i++) {
      depth += name.charAt(i) == '(' ? 1 : name.charAt(i) == ')' ? -1 : 0;
    }
    return depth == 0;
  }

  boolean isText() {
    return sql.equalsIgnoreCase(TEXT.sql());
  }

  /**
   * Returns an SQL expression that converts a text to this type. The expression is null if the text
   * is not a value of this type.
   */
  String value(String text, boolean json) {
    if (isText()) {
      return text;
    }
    boolean nested = sql.endsWith("]") || sql.toUpperCase(Locale.ROOT).matches("(STRUCT|MAP)\\b.*");
    String from = nested && json ? "TRY_CAST(" + text + " AS JSON)" : text;
    return "TRY_CAST(" + from + " AS " + sql + ")";
  }

  /**
   * Returns an SQL condition that holds if a text is null or a value of this type. For a type of
   * whole numbers the value must be whole. Returns null for the type VARCHAR, because every text is
   * a value of this type.
   */
  @Nullable String fits(String text, boolean json) {
    if (isText()) {
      return null;
    }
    String fits = value(text, json) + " IS NOT NULL";
    if (WHOLE.contains(sql.toUpperCase(Locale.ROOT))) {
      // Only a text with a point or an exponent can be a fraction. DuckDB evaluates a branch of
      // CASE for its own rows alone, so all other texts are spared the slow conversion.
      fits +=
          " AND CASE WHEN regexp_matches(%1$s, '[.eE]')".formatted(text)
              + " THEN coalesce(TRY_CAST(%1$s AS DECIMAL(38, 15)) %% 1 = 0, true)".formatted(text)
              + " ELSE true END";
    }
    return "(" + text + " IS NULL OR (" + fits + "))";
  }
}
