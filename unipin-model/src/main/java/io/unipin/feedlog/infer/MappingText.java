package io.unipin.feedlog.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.infer.Inferred.Shape;
import io.unipin.feedlog.infer.profile.Profiler;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a mapping from the inferred meaning of files. An import reads the mapping, and a person
 * can edit it.
 */
public final class MappingText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringBuilder yaml = new StringBuilder();

  private MappingText() {}

  /**
   * Returns the YAML of a mapping.
   *
   * @param events how the mapping names and reads the files with the actions
   * @param items how the mapping names and reads the files that describe the items; null if there
   *     are none
   */
  public static String of(Inferred inferred, SourceText events, @Nullable SourceText items) {
    MappingText text = new MappingText();
    text.comments(inferred);
    text.schema(inferred.action());
    text.yaml.append("sources:\n");
    text.source("events", events);
    if (items != null) {
      text.source("items", items);
    }
    ActionsSql actions = new ActionsSql(inferred);
    text.query("actions", actions.actions());
    if (inferred.hasFeedviews() && inferred.time() != null) {
      text.query("feedviews", actions.feedviews());
    }
    text.query("items", new ItemsSql(inferred).items());
    return text.yaml.toString();
  }

  private void comments(Inferred inferred) {
    yaml.append("# What each column was taken for, and why:\n");
    for (Inferred.Meaning each : inferred.meanings()) {
      String line = each.meaning() + ": " + each.column() + " (" + each.reason() + ")";
      yaml.append("#   ").append(oneLine(line)).append('\n');
    }
    inferred.notes().forEach(note -> yaml.append("# ").append(oneLine(note)).append('\n'));
    if (inferred.shape() == Shape.ROWS
        && inferred.action().kind() == ActionColumn.Kind.NAMED
        && inferred.action().actions().contains(ActionColumn.OTHER)) {
      yaml.append("# '")
          .append(ActionColumn.OTHER)
          .append("' stands for actions that the first rows do not show.\n");
    }
  }

  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      boolean plain = isPlain(text, i);
      if (plain || !gap) {
        line.append(plain ? text.charAt(i) : ' ');
      }
      gap = !plain;
    }
    return line.toString();
  }

  /**
   * Whether a character may stand in any YAML text without an escape. YAML forbids some other
   * characters, and reads some as the end of a line. The column names of some files contain such
   * characters.
   */
  private static boolean isPlain(String text, int at) {
    char c = text.charAt(at);
    if (Character.isSurrogate(c)) {
      return isPaired(text, at);
    }
    return !Character.isISOControl(c) && c != 0x2028 && c != 0x2029 && c != 0xFEFF && c < 0xFFFE;
  }

  private static boolean isPaired(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }

  private void schema(ActionColumn action) {
    yaml.append("version: 1\nschema:\n  actions: ").append(list(action.actions())).append('\n');
    yaml.append("  positives: ").append(list(action.positives())).append('\n');
    yaml.append("  surfaces: [home]\n");
  }

  private void source(String name, SourceText source) {
    yaml.append("  ").append(name).append(":\n");
    yaml.append("    file: ").append(quoted(source.file())).append('\n');
    yaml.append("    format: ").append(source.format()).append('\n');
    Dialect dialect = source.dialect();
    if (dialect == null) {
      return;
    }
    yaml.append("    delimiter: ").append(quoted(dialect.delimiter())).append('\n');
    yaml.append("    quote: ").append(quoted(dialect.quote())).append('\n');
    if (!dialect.encoding().equals("utf-8")) {
      yaml.append("    encoding: ").append(dialect.encoding()).append('\n');
    }
    if (!dialect.header() || dialect.renamed()) {
      yaml.append("    header: ").append(dialect.header()).append('\n');
      yaml.append("    names: ").append(list(dialect.names())).append('\n');
    }
    yaml.append("    nulls: ").append(list(Profiler.nulls())).append('\n');
  }

  private void query(String table, String sql) {
    yaml.append(table).append(":\n  sql: ");
    if (IntStream.range(0, sql.length()).anyMatch(i -> sql.charAt(i) != '\n' && !isPlain(sql, i))) {
      yaml.append(quoted(sql)).append('\n');
      return;
    }
    yaml.append("|\n");
    sql.lines().forEach(line -> yaml.append("    ").append(line).append('\n'));
  }

  private static String list(List<String> values) {
    return values.stream().map(MappingText::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Returns a text as a double-quoted scalar of YAML. A JSON string is such a scalar, too. */
  static String quoted(String text) {
    try {
      String json = JSON.writeValueAsString(text);
      StringBuilder quoted = new StringBuilder();
      for (int i = 0; i < json.length(); i++) {
        if (isPlain(json, i)) {
          quoted.append(json.charAt(i));
        } else {
          quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) json.charAt(i)));
        }
      }
      return quoted.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
