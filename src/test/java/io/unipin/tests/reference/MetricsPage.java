package io.unipin.tests.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page with all metrics of a server. */
final class MetricsPage {
  static final String OURS = "unipin_";

  private static final String ALERTS = "docker/prometheus/alerts.yml";
  private static final Pattern RULE =
      Pattern.compile("(?ms)^ *- (alert|record): (\\S+)\\n(.*?)(?=^ *- (?:alert|record):|\\z)");

  private MetricsPage() {}

  static String text() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("metric", "kind", "labels", "meaning", "alerts"));
    List<Rule> rules = rules();
    for (Metric metric : ours()) {
      rows.add(
          List.of(
              Markdown.quoted(metric.name()),
              metric.type(),
              labels(metric),
              Markdown.plain(metric.help()),
              alerts(metric, rules)));
    }
    return new Markdown()
        .heading(1, "Metrics")
        .paragraph(
            "`http://HOST:9092/metrics` (`server.metricsPort`) shows these metrics in Prometheus'"
                + " text format. A histogram has the series `_bucket`, `_count` and `_sum`. Beside"
                + " a label stand its values, if the code fixes them. No label names a user or an"
                + " item. [Operations](../operations.md#what-to-watch) says what to watch.")
        .paragraph(
            "The last column names the alerts of"
                + " [`docker/prometheus`](../../docker/prometheus) that read the metric.")
        .table(rows)
        .paragraph(
            "Metrics of the JVM and the process, such as `jvm_memory_used_bytes` and"
                + " `process_cpu_usage`, have the names that Micrometer gives them.")
        .text();
  }

  /** Returns our own metrics by name. */
  static List<Metric> ours() {
    return Metric.read(EveryMetric.scrape()).stream()
        .filter(metric -> metric.name().startsWith(OURS) && !metric.name().endsWith("_max"))
        .sorted(Comparator.comparing(Metric::name))
        .toList();
  }

  private static String labels(Metric metric) {
    return metric.labels().entrySet().stream()
        .map(label -> Markdown.quoted(label.getKey()) + values(label.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String values(Set<String> values) {
    boolean fixed = !values.contains(EveryMetric.ANY) && !values.contains("0");
    return fixed ? ": " + Markdown.plain(String.join(", ", values)) : "";
  }

  /** A rule of Prometheus: an alert, or a series that is recorded. */
  private record Rule(String kind, String name, String body) {
    boolean isAlert() {
      return kind.equals("alert");
    }
  }

  private static List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    Matcher matcher = RULE.matcher(Sources.read(ALERTS));
    while (matcher.find()) {
      rules.add(new Rule(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    return rules;
  }

  /** Returns the alerts that read a metric, by themselves or through a recorded series. */
  private static String alerts(Metric metric, List<Rule> rules) {
    Pattern name = Pattern.compile("\\b" + metric.name() + "(_bucket|_count|_sum)?\\b");
    List<String> recorded =
        rules.stream()
            .filter(rule -> !rule.isAlert() && name.matcher(rule.body()).find())
            .map(Rule::name)
            .toList();
    return rules.stream()
        .filter(Rule::isAlert)
        .filter(
            rule ->
                name.matcher(rule.body()).find()
                    || recorded.stream().anyMatch(rule.body()::contains))
        .map(rule -> Markdown.quoted(rule.name()))
        .collect(Collectors.joining(", "));
  }
}
