package io.unipin.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A PromQL expression of a dashboard or a rule.
 *
 * @param where where the expression stands, for error messages
 * @param promql text of the expression
 * @param labels labels that every series of its result must have
 * @param always whether the expression must have a result whenever there is traffic; false for
 *     alerts, which have a result only in case of trouble
 */
record Expression(String where, String promql, List<String> labels, boolean always) {
  private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Pattern SELECTOR =
      Pattern.compile(
          "\\b((?:unipin|jvm|process|system)[_:][a-z0-9_:]+|up)\\b(?!\\()(?:\\{([^}]*)})?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
  private static final Pattern VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

  /** Returns all expressions of a Grafana dashboard, including the expressions of its variables. */
  static List<Expression> ofDashboard(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
    List<Expression> expressions = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        String where = name + ": " + panel.path("title").asText();
        String legend = target.path("legendFormat").asText();
        List<String> labels =
            LEGEND.matcher(legend).results().map(found -> found.group(1)).toList();
        expressions.add(new Expression(where, filled(target.path("expr").asText()), labels, true));
      }
    }
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      Matcher values = VALUES.matcher(variable.path("query").path("query").asText());
      if (values.matches()) {
        String where = name + ": $" + variable.path("name").asText();
        String label = values.group(2);
        String promql = "count by (%s) (%s)".formatted(label, filled(values.group(1)));
        expressions.add(new Expression(where, promql, List.of(label), true));
      }
    }
    return expressions;
  }

  /**
   * Returns the expression as Grafana sends it if a user has selected all values of the variables.
   */
  private static String filled(String promql) {
    return promql.replace("$__rate_interval", "1m").replaceAll("\\$(job|instance|arm)", ".*");
  }

  /** Returns all expressions of a file of alerting rules. */
  static List<Expression> ofRules(Path file) throws IOException {
    JsonNode rules = new YAMLMapper().readTree(Files.readString(file));
    List<Expression> expressions = new ArrayList<>();
    for (JsonNode group : rules.path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        boolean series = rule.has("record");
        String name = rule.path(series ? "record" : "alert").asText();
        expressions.add(new Expression(name, rule.path("expr").asText(), List.of(), series));
      }
    }
    return expressions;
  }

  /**
   * Returns one expression for each series that this expression reads. Such an expression requires
   * that the series exists and has the labels by which this expression selects.
   */
  Stream<Expression> sources() {
    return SELECTOR.matcher(promql).results().map(this::source).distinct();
  }

  private Expression source(MatchResult selector) {
    Set<String> labels = new LinkedHashSet<>();
    if (selector.group(2) != null) {
      LABEL.matcher(selector.group(2)).results().forEach(label -> labels.add(label.group(1)));
    }
    return new Expression(where, selector.group(1), List.copyOf(labels), true);
  }
}
