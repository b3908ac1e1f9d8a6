package io.unipin.cli.server;

import io.unipin.cli.console.Table;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import java.io.PrintWriter;
import java.util.ArrayList;
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
    print(response, firstPlace, Map.of(), out);
  }

  /**
   * Prints a page with a column of changes.
   *
   * @param changes what changed about an item since an earlier page, by the item's id; empty for no
   *     such column
   */
  public static void print(
      RetrieveAndRankResponse response,
      int firstPlace,
      Map<Long, String> changes,
      PrintWriter out) {
    List<String> actions = actions(response.getItemsList());
    boolean keyed = response.getItemsList().stream().anyMatch(item -> !item.getKey().isEmpty());
    boolean drawn = response.getItemsList().stream().anyMatch(ScoredItem::hasPropensity);
    List<String> head = head(actions, keyed, drawn);
    if (!changes.isEmpty()) {
      head.add("change");
    }
    Table table = new Table(head.toArray(String[]::new));
    int place = firstPlace;
    for (ScoredItem item : response.getItemsList()) {
      List<Object> row = new ArrayList<>();
      row.add(place++);
      row.add(item.getItemId());
      if (keyed) {
        row.add(item.getKey());
      }
      row.add(item.getTitle());
      for (String action : actions) {
        row.add(probability(item.getProbabilitiesOrDefault(action, Float.NaN)));
      }
      row.add(String.format(Locale.ROOT, "%.3f", item.getUtility()));
      if (drawn) {
        row.add(String.format(Locale.ROOT, "%.4f", item.getPropensity()));
        row.add(item.getRule());
      }
      if (!changes.isEmpty()) {
        row.add(changes.getOrDefault(item.getItemId(), ""));
      }
      table.row(row.toArray());
    }
    table.print(out);
  }

  private static List<String> head(List<String> actions, boolean keyed, boolean drawn) {
    List<String> head = new ArrayList<>(List.of("#", "item"));
    if (keyed) {
      head.add("key");
    }
    head.add("title");
    actions.forEach(action -> head.add("p(" + action + ")"));
    head.add("utility");
    if (drawn) {
      head.addAll(List.of("propensity", "rule"));
    }
    return head;
  }

  public static String probability(float p) {
    return String.format(Locale.ROOT, "%.3f", p);
  }

  /**
   * Returns one line about the cache outcome, the number of encoded actions, and the bundle and the
   * counts that answered.
   */
  public static String served(Served served) {
    String degraded =
        served.getDegradationsCount() == 0
            ? ""
            : ", degraded: " + String.join(", ", served.getDegradationsList());
    String counts = served.getCounts().isEmpty() ? "" : ", counts " + served.getCounts();
    return "cache %s: %s of %s history actions encoded; bundle %s, index %s%s, arm %s%s"
        .formatted(
            cache(served),
            served.getEncodedActions(),
            served.getHistoryActions(),
            served.getBundle(),
            served.getIndex(),
            counts,
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
