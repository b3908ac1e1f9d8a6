package io.unipin.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the tables show the figures that a file has, and leave out what no file has. */
final class QualityDetailTablesTest {
  private static final String EARLIER = "{'results': {'hr10': {'mean': 0.1, 'spread': 0.01}}}";

  /** A file with every figure of the tables, as two seeds of bench quality write it. */
  private static final String PRESENT =
      """
      {'results': {
       'hr10': {'mean': 0.1, 'spread': 0.01}, 'ndcg10': {'mean': 0.05, 'spread': 0.01},
       'page_hr10': {'mean': 0.2, 'spread': 0.01}, 'page_ndcg10': {'mean': 0.15, 'spread': null},
       'page_over_retrieval': {'ndcg10': DIFFERENCES},
       'with_time': {'hr10': {'mean': 0.3, 'spread': null}, 'ndcg10': {'mean': 0.31, 'spread': null},
        'page_hr10': {'mean': 0.32, 'spread': null}, 'page_ndcg10': {'mean': 0.33, 'spread': null},
        'ndcg10_over_without': DIFFERENCES},
       'actions': {'click': {'auc': {'mean': 0.71, 'spread': null}}, 'hate': {'auc': {'mean': null, 'spread': null}}},
       'gauc_by_action': {'click': {'mean': 0.61, 'spread': null}, 'hate': {'mean': null, 'spread': null}},
       'counts': {'gauc_by_action': {'click': {'mean': 0.6, 'spread': 0}, 'hate': {'mean': null, 'spread': null}},
        'gauc_over_counts': {'click': DIFFERENCES, 'hate': []},
        'model': {'auc_by_action': {'click': {'without': {'mean': 0.7, 'spread': null}, 'with': {'mean': 0.72, 'spread': null}}},
         'gauc_by_action': {'click': {'without': {'mean': 0.6, 'spread': null}, 'with': {'mean': 0.62, 'spread': null}}},
         'auc_over_without': {'click': DIFFERENCES}}},
       'counts_refreshed_daily': {
        'auc_by_action': {'click': {'model': {'mean': 0.75, 'spread': null}}},
        'gauc_by_action': {'click': {'model': {'mean': 0.63, 'spread': null}, 'baseline': {'mean': 0.59, 'spread': 0}}},
        'gauc_over_fixed': {'click': DIFFERENCES}, 'gauc_over_baseline': {'click': DIFFERENCES}},
       'rivals': {
        'hstu': {'hr10': {'mean': 0.09, 'spread': null}, 'ndcg10': {'mean': 0.04, 'spread': null},
         'epochs': {'mean': 12, 'spread': 0}, 'minutes': {'mean': 8.5, 'spread': 0}, 'seeds': 2,
         'ours_minus_rival': {'ndcg10': DIFFERENCES}},
        'din': {'auc': {'click': {'mean': 0.7, 'spread': null}}, 'gauc_by_action': {'click': {'mean': 0.6, 'spread': null}},
         'ours_minus_rival': {'auc': {'click': DIFFERENCES}, 'gauc_by_action': {'click': DIFFERENCES}}}},
       'pair': {'page_ndcg10': {'mean': 0.14, 'spread': null}, 'ours_page_ndcg10': {'mean': 0.15, 'spread': null},
        'ours_minus_pair': DIFFERENCES, 'retriever': ['hstu', 'hstu'], 'ranker': ['din', 'counts']},
       'slices': {'history': {'0': {'targets': {'mean': 1234, 'spread': 0}, 'hr10': {'mean': 0.1, 'spread': null},
         'ndcg10': {'mean': 0.06, 'spread': null}, 'popularity_hr10': {'mean': 0.02, 'spread': 0}},
         '1-4': {'targets': {'mean': 0, 'spread': 0}, 'hr10': {'mean': null, 'spread': null},
         'ndcg10': {'mean': null, 'spread': null}, 'popularity_hr10': {'mean': null, 'spread': null}}}}}}
      """
          .replace(
              "DIFFERENCES",
              "[{'difference': 0.02, 'lower': 0.011, 'upper': 0.1},"
                  + " {'difference': 0.03, 'lower': 0.012, 'upper': 0.1}]");

  @TempDir Path folder;

  @BeforeEach
  void writeEarlier() throws IOException {
    for (String data : List.of("ml-1m", "ml-100k", "amazon-beauty", "kuairand-pure", "trivago")) {
      write(data, EARLIER);
    }
  }

  private void write(String data, String json) throws IOException {
    Files.writeString(folder.resolve("quality-" + data + ".json"), json.replace('\'', '"'));
  }

  private List<String> rows(String table) {
    return QualityDetailTables.all().stream()
        .filter(each -> each.name().equals(table))
        .findFirst()
        .orElseThrow()
        .markdown(new ResultFiles(folder))
        .lines()
        .skip(4)
        .toList();
  }

  @Test
  void tables_ofFilesWithoutTheFigures_areLeftOut() {
    ResultFiles files = new ResultFiles(folder);
    assertThat(QualityDetailTables.all())
        .hasSize(10)
        .allSatisfy(table -> assertThat(table.markdown(files)).as(table.name()).isEmpty());
  }

  @Test
  void tables_ofOneFileWithTheFigures_showThis() throws IOException {
    write("kuairand-pure", PRESENT);
    String lead = "0.0200 to 0.0300; 0.0110 to 0.0120 |";
    assertThat(rows("quality-pages"))
        .containsExactly(
            "| KuaiRand-Pure | 0.1000 ± 0.0100 | 0.0500 ± 0.0100 | 0.2000 ± 0.0100 | 0.1500 | "
                + lead);
    assertThat(rows("quality-with-time"))
        .containsExactly("| KuaiRand-Pure | 0.3000 | 0.3100 | 0.3200 | 0.3300 | " + lead);
    assertThat(rows("quality-actions"))
        .as("an action without a GAUC has no row")
        .containsExactly("| KuaiRand-Pure | click | 0.7100 | 0.6100 |");
    assertThat(rows("quality-counts"))
        .containsExactly("| KuaiRand-Pure | click | 0.6100 | 0.6000 | " + lead);
    assertThat(rows("quality-own-counts"))
        .containsExactly("| KuaiRand-Pure | click | 0.7000 | 0.7200 | 0.6000 | 0.6200 | " + lead);
    assertThat(rows("quality-refreshed-counts"))
        .containsExactly(
            "| KuaiRand-Pure | click | 0.7500 | 0.6300 | 0.5900 | "
                + lead.replace("|", "")
                + "| "
                + lead);
    assertThat(rows("quality-retrievers"))
        .containsExactly("| KuaiRand-Pure | hstu | 2 | 12 | 8.5 | 0.0900 | 0.0400 | " + lead);
    assertThat(rows("quality-rankers"))
        .containsExactly(
            "| KuaiRand-Pure | din | click | 0.7000 | 0.6000 | " + lead.replace("|", "| ") + lead);
    assertThat(rows("quality-pair"))
        .containsExactly("| KuaiRand-Pure | hstu, hstu; din, counts | 0.1400 | 0.1500 | " + lead);
    assertThat(rows("quality-slices"))
        .as("a slice without targets has no row")
        .containsExactly("| KuaiRand-Pure | history 0 | 1,234 | 0.1000 | 0.0600 | – | 0.0200 |");
  }
}
