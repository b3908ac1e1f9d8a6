package io.unipin.cli.server;

import io.unipin.cli.console.Table;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Describes slates, and the work that they cost the server, as text for a person. */
public final class SlateText {
  private SlateText() {}

  /** Returns the actions in descending order of their mean probability over the slate. */
  static List<String> actions(List<ScoredItem> items) {
    Map<String, Double> sums = new TreeMap<>();
    for (ScoredItem item : items) {
      item.getProbabilitiesMap()
          .forEach((action, p) -> sums.merge(action, (double) p, Double::sum));
    }
    return sums.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  public static void print(RetrieveAndRankResponse response, int firstPlace, PrintWriter out) {
    List<String> actions = actions(response.getItemsList());
    Table table = new Table(head(actions));
    int place = firstPlace;
    for (ScoredItem item : response.getItemsList()) {
      Object[] row = new Object[4 + actions.size()];
      row[0] = place++;
      row[1] = item.getItemId();
      row[2] = item.getTitle();
      for (int i = 0; i < actions.size(); i++) {
        row[3 + i] = probability(item.getProbabilitiesOrDefault(actions.get(i), Float.NaN));
      }
      row[3 + actions.size()] = String.format(Locale.ROOT, "%.3f", item.getUtility());
      table.row(row);
    }
    table.print(out);
  }

  private static String[] head(List<String> actions) {
    String[] head = new String[4 + actions.size()];
    head[0] = "#";
    head[1] = "item";
    head[2] = "title";
    for (int i = 0; i < actions.size(); i++) {
      head[3 + i] = "p(" + actions.get(i) + ")";
    }
    head[3 + actions.size()] = "utility";
    return head;
  }

  public static String probability(float p) {
    return String.format(Locale.ROOT, "%.3f", p);
  }

  /** Returns one line about the cache outcome, the encoded part and the bundle that answered. */
  public static String served(Served served) {
    String degraded =
        served.getDegradationsCount() == 0
            ? ""
            : ", degraded: " + String.join(", ", served.getDegradationsList());
    return "cache %s: %s of %s history actions encoded; bundle %s, index %s, arm %s%s"
        .formatted(
            cache(served),
            served.getEncodedActions(),
            served.getHistoryActions(),
            served.getBundle(),
            served.getIndex(),
            served.getArm(),
            degraded);
  }

  public static String cache(Served served) {
    return served.getCache().name().toLowerCase(Locale.ROOT);
  }

  /** Returns one line with the milliseconds of each stage. */
  public static String stages(Map<String, Double> stages) {
    return ordered(stages).stream()
        .map(stage -> String.format(Locale.ROOT, "%s %.1f", stage.getKey(), stage.getValue()))
        .collect(Collectors.joining(", ", "", " ms"));
  }

  public static List<Map.Entry<String, Double>> ordered(Map<String, Double> stages) {
    return stages.entrySet().stream()
        .sorted(Comparator.comparingInt(stage -> order(stage.getKey())))
        .toList();
  }

  private static int order(String stage) {
    int index = UniPinClient.STAGES.indexOf(stage);
    return index < 0 ? UniPinClient.STAGES.size() : index;
  }

  /** Returns the sum of all stages in milliseconds. */
  public static double milliseconds(Served served) {
    return served.getStagesMsMap().values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
