package io.unipin.benchmarks.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Computes the times of a server's calls from its metrics before and after a phase. */
final class ServerTimes {
  private static final double MILLIS = 1000;

  private ServerTimes() {}

  /**
   * Returns the time in milliseconds within which the given share of the page calls with the given
   * status ended. The time of a call counts from the arrival of its headers. The value is the upper
   * bound of the bucket that contains the quantile. Returns NaN if there are no such calls.
   */
  static double quantileMs(String before, String after, String status, double share) {
    Map<Double, Double> earlier = buckets(before, status);
    Map<Double, Double> later = buckets(after, status);
    later.replaceAll((bound, count) -> count - earlier.getOrDefault(bound, 0.0));
    double all = later.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
    return later.entrySet().stream()
        .filter(bucket -> all > 0 && bucket.getValue() >= share * all)
        .mapToDouble(bucket -> bucket.getKey() * MILLIS)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Returns the cumulative numbers of calls, by the upper bound of the bucket in seconds. */
  private static Map<Double, Double> buckets(String metrics, String status) {
    Matcher lines =
        Pattern.compile(
                "(?m)^unipin_requests_seconds_bucket\\{([^}]*)} ([-+.0-9Ee]+)( [0-9.]+)?( #.*)?$")
            .matcher(metrics);
    Map<Double, Double> counts = new TreeMap<>();
    while (lines.find()) {
      String labels = lines.group(1);
      Matcher bound = Pattern.compile("le=\"([^\"]*)\"").matcher(labels);
      if (labels.contains("rpc=\"RetrieveAndRank\"")
          && labels.contains("status=\"" + status + "\"")
          && bound.find()) {
        String le = bound.group(1);
        double upper = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
        counts.merge(upper, Double.parseDouble(lines.group(2)), Double::sum);
      }
    }
    return counts;
  }
}
