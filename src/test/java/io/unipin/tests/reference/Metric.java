package io.unipin.tests.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A metric as Prometheus reads it.
 *
 * @param name name without the endings of a histogram's series
 * @param labels values of each label in the text from which the metric was read
 */
record Metric(String name, String type, String help, Map<String, Set<String>> labels) {
  private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
  private static final Pattern SERIES = Pattern.compile("([a-z_]+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Set<String> OF_HISTOGRAMS = Set.of("le", "quantile");

  /** Reads metrics from Prometheus' text format. */
  static List<Metric> read(String scrape) {
    List<Metric> metrics = new ArrayList<>();
    String help = "";
    for (String line : scrape.lines().toList()) {
      Matcher comment = COMMENT.matcher(line);
      Matcher series = SERIES.matcher(line);
      if (comment.matches() && comment.group(1).equals("HELP")) {
        help = comment.group(3);
      } else if (comment.matches()) {
        metrics.add(new Metric(comment.group(2), comment.group(3), help, new TreeMap<>()));
      } else if (series.matches() && series.group(2) != null) {
        Map<String, Set<String>> labels = metrics.get(metrics.size() - 1).labels();
        LABEL
            .matcher(series.group(2))
            .results()
            .filter(label -> !OF_HISTOGRAMS.contains(label.group(1)))
            .forEach(
                label ->
                    labels
                        .computeIfAbsent(label.group(1), unused -> new TreeSet<>())
                        .add(label.group(2)));
      }
    }
    return metrics;
  }
}
