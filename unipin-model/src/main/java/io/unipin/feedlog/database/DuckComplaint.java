package io.unipin.feedlog.database;

import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Nearest;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates DuckDB's error messages into the terms of UniPin. Drops DuckDB's advice, because users
 * of UniPin cannot change DuckDB's settings.
 */
public final class DuckComplaint {
  /** Matches the end of a message, where DuckDB shows the statement or gives advice. */
  private static final Pattern ADVICE =
      Pattern.compile(
          "(?s)(\\n\\s*(LINE \\d+:|Candidate functions:|Stack Trace)"
              + "|(?<=[.:!)]\\s{0,3}|\\n\\s{0,8})(Possible|Hint|HINT|Try|Consider|You|you can|If you|Either|Use|Please"
              + "|To|Set|SET|This|For more|See|see|https?:|\\* )\\b?.*)"
              + ".*");

  private static final Pattern WRAPPED =
      Pattern.compile(
          "^(Invalid Input Error: )?Attempting to execute an unsuccessful or closed pending query result\\s*Error: ");

  /** Matches the prefix with which DuckDB names the kind of failure. */
  private static final Pattern KIND =
      Pattern.compile("^([A-Z][A-Za-z]*( [A-Za-z]+){0,3} Error: )+");

  private static final Pattern COLUMN = Pattern.compile("Referenced column \"([^\"]*)\" not found");
  private static final Pattern CANDIDATES = Pattern.compile("Candidate bindings: ([^\\n]*)");
  private static final Pattern NAME = Pattern.compile("\"(?:\\w+\\.)?([^\"]*)\"");

  /** A pattern of a DuckDB message, and what the message means for the user. */
  private record Known(Pattern engine, String meaning) {}

  private static final List<Known> LACKS =
      List.of(
          new Known(
              Pattern.compile(
                  "No space left on device|Could not write all bytes|max_temp_directory"),
              "space on the disk expected, got none left"),
          new Known(
              Pattern.compile("Out of Memory|failed to allocate|failed to pin|could not allocate"),
              "more memory expected than this machine has left"));

  private static final List<Known> FILES =
      List.of(
          new Known(
              Pattern.compile("No such file|Cannot open file|No files found"),
              "a file that can be opened expected"),
          new Known(Pattern.compile("[Ee]ncrypt"), "Parquet without encryption expected"),
          new Known(
              Pattern.compile("No magic bytes|too small to be|[Ff]ooter"),
              "its end expected, got a file that is cut, or of another kind"));

  private DuckComplaint() {}

  /**
   * Returns a message about SQL that a user wrote. The message keeps the kind of failure that
   * DuckDB names, because this kind describes the user's own SQL.
   */
  public static String aboutSql(SQLException failure) {
    String known = known(LACKS, failure);
    return known.isEmpty() ? Shown.line(withoutAdvice(failure) + column(failure)) : known;
  }

  /**
   * Returns a hint at the column whose name is nearest to a wrong name; empty if no name is near.
   */
  private static String column(SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    Matcher wrong = COLUMN.matcher(message);
    Matcher candidates = CANDIDATES.matcher(message);
    if (!wrong.find() || !candidates.find()) {
      return "";
    }
    List<String> names =
        NAME.matcher(candidates.group(1)).results().map(name -> name.group(1)).toList();
    return Nearest.hint(wrong.group(1), names);
  }

  /** Returns a message about a Parquet file. */
  public static String aboutFile(SQLException failure) {
    String known = known(LACKS, failure) + known(FILES, failure);
    String detail =
        KIND.matcher(withoutAdvice(failure))
            .replaceFirst("")
            .replaceAll("Failed to read file [^:]*: |\"?/[^\\s\"']+/", "");
    return known.isEmpty()
        ? "sound content expected, got damage or a kind that is not read: " + Shown.value(detail)
        : known;
  }

  private static String known(List<Known> all, SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    return all.stream()
        .filter(known -> known.engine().matcher(message).find())
        .map(Known::meaning)
        .findFirst()
        .orElse("");
  }

  private static String withoutAdvice(SQLException failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    message = WRAPPED.matcher(message).replaceFirst("");
    message = ADVICE.matcher(message).replaceFirst("");
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
