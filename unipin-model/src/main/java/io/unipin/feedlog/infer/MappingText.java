package io.unipin.feedlog.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.infer.Inferred.Shape;
import io.unipin.feedlog.infer.profile.Profiler;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes what was inferred as a mapping, which an import reads and a person can edit. */
public final class MappingText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringBuilder yaml = new StringBuilder();

  private MappingText() {}

  /**
   * Returns the YAML of a mapping.
   *
   * @param events how the files with the actions are named and read
   * @param items how the files that describe the items are named and read; null if there are none
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
    if (inferred.shape() == Shape.ROWS && inferred.action().kind() == ActionColumn.Kind.NAMED) {
      yaml.append("# '")
          .append(ActionColumn.OTHER)
          .append("' stands for actions that the first rows do not show.\n");
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
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
    if (!dialect.header()) {
      yaml.append("    header: false\n    names: ").append(list(dialect.names())).append('\n');
    }
    yaml.append("    nulls: ").append(list(Profiler.nulls())).append('\n');
  }

  private void query(String table, String sql) {
    yaml.append(table).append(":\n  sql: ");
    if (sql.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c))) {
      yaml.append(quoted(sql)).append('\n');
      return;
    }
    yaml.append("|\n");
    sql.lines().forEach(line -> yaml.append("    ").append(line).append('\n'));
  }

  private static String list(List<String> values) {
    return values.stream().map(MappingText::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Returns a text as a double-quoted scalar of YAML, which JSON's texts are, too. */
  static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
