package io.unipin.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the tables whose figures need not be committed. */
final class ItemTablesTest {
  private static final String SIDE =
      """
      {"all": {"hr10": S, "ndcg10": S}, "warm": {"hr10": S, "ndcg10": S}, "cold": {"hr10": S},
       "auc": S, "ne": S, "cold_auc": S,
       "score_gap": {"positives": S, "negatives": S, "largest": S}}
      """
          .replace("S", "{\"mean\": 0.03, \"spread\": 0.001}");
  private static final String STUDY =
      """
      {"seeds": 3, "targets": {"cold": 507}, "own": SIDE, "changed": SIDE,
       "baselines": {"content_neighbours": {"cold": {"hr10": 0.01}},
         "content_popularity": {"cold": {"hr10": 0.02}}},
       "cold_hr10_over_content": {"changed": {"difference": 0.02, "lower": 0.01, "upper": 0.03}},
       "changed_over_own": {"cold_auc": {"difference": 0.03, "lower": 0.02, "upper": 0.04}},
       "bounds": {"warm_hr10": 0.029, "warm_ndcg10": 0.031, "all_hr10": 0.029, "all_ndcg10": 0.03,
         "auc": 0.02, "ne": 0.02}}
      """
          .replace("SIDE", SIDE);

  @TempDir Path folder;

  private String table(String name) {
    return ItemTables.all().stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElseThrow()
        .markdown(new ResultFiles(folder));
  }

  @Test
  void tables_withoutFigures_areEmpty() {
    for (String name :
        new String[] {
          "items-keys",
          "items-cold",
          "items-warm",
          "items-cold-ranking",
          "items-by-time",
          "items-week"
        }) {
      assertThat(table(name)).as(name).isEmpty();
    }
  }

  @Test
  void tables_ofItemsUnknownToTraining_haveTheStudiesThatWereMade() throws IOException {
    Files.writeString(
        folder.resolve("items-cold.json"),
        """
        {"results": {"cold": {"beauty": STUDY, "kuairand": STUDY, "beauty-by-time": STUDY},
          "by_time": {"least": 0.022}}}
        """
            .replace("STUDY", STUDY));
    assertThat(table("items-cold"))
        .contains(
            "| Amazon Beauty | 3 | 0.0300 ± 0.0010 | 0.0300 ± 0.0010 | 0.0100 | 0.0200 (0.0100 to"
                + " 0.0300) | at least 0 (project): met |")
        .contains("| KuaiRand-Pure |", "| none |")
        .doesNotContain("simulator", "MovieLens");
    assertThat(table("items-warm"))
        .contains("HR@10, all items")
        .contains("at least 0.0290 (project): met", "at least 0.0310 (project): missed");
    assertThat(table("items-cold-ranking"))
        .contains("0.0300 (0.0200 to 0.0400) | at least 0.02 (project): met")
        .contains("| 3.00 % | 3.00 % |  | at most 2 % (project): missed |")
        .contains("at least 0.0200 (project): met", "at most 0.0200 (project): missed");
    assertThat(table("items-by-time"))
        .contains("507 targets", "at least 0.0220 (project, two spreads above")
        .contains("| popularity of contents | 0.0200 |  |");
  }

  @Test
  void tables_ofKeysAndTheWeek_areFilledFromTheWholeRun() throws IOException {
    Files.writeString(
        folder.resolve("items.json"),
        """
        {"results": {"key_bytes": 94000000, "key_page_p50_ratio": 1.034,
          "explore_clicks_without": 70000, "explore_clicks_with": 69800,
          "explore_clicks_gain": -0.003, "explore_clicks_gain_low": -0.006,
          "explore_clicks_gain_high": 0.001,
          "explore_young_clicks_without": 1000, "explore_young_clicks_with": 1200,
          "explore_young_clicks_gain": 0.2, "explore_young_clicks_gain_low": 0.1,
          "explore_young_clicks_gain_high": 0.3}}
        """);
    assertThat(table("items-keys"))
        .contains("| 94 | at most 100,000,000 (project): met |")
        .contains("| 1.034 | at most 1.02 (project): missed |");
    assertThat(table("items-week"))
        .contains("| 1,000 | 1,200 | 20.0 % (10.0 % to 30.0 %) | lower end at least 0 %")
        .contains("-0.3 % (-0.6 % to 0.1 %) | at least -1 % (project): met |");
  }
}
