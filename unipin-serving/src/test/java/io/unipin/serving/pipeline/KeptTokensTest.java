package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeptTokensTest extends RecommenderFixture {
  private final KeptTokens kept = new KeptTokens();

  private HistoryTokens tokens(LoadedBundle asked, UserHistory history) {
    try (ItemView items = asked.items().open()) {
      HistoryTokens tokens = kept.of(asked, items, history);
      HistoryTokens expected = HistoryTokens.of(asked.model().config(), items, history, List.of());
      assertThat(tokens).usingRecursiveComparison().isEqualTo(expected);
      return tokens;
    }
  }

  @Test
  void of_heldHistory_isConvertedOnce() {
    record("u", 0, 9);
    HistoryTokens first = tokens(bundle, histories.read("u"));
    assertThat(tokens(bundle, histories.read("u"))).isSameAs(first);
  }

  @Test
  void of_changedHistory_isConvertedAgain() {
    record("u", 0, 9);
    tokens(bundle, histories.read("u"));
    record("u", 9, 11);
    assertThat(tokens(bundle, histories.read("u")).committed().size()).isEqualTo(11);
    histories.erase("u");
    assertThat(tokens(bundle, histories.read("u")).committed().size()).isZero();
  }

  /** Histories of two users may be equal, and one of them may change. */
  @Test
  void of_equalHistories_areToldApart() {
    record("u", 0, 4);
    record("v", 0, 4);
    assertThat(histories.read("u")).isEqualTo(histories.read("v"));
    assertThat(tokens(bundle, histories.read("u")))
        .isNotSameAs(tokens(bundle, histories.read("v")));
  }

  @Test
  void of_anotherBundle_isConvertedAgain() {
    record("u", 0, 9);
    HistoryTokens first = tokens(bundle, histories.read("u"));
    try (LoadedBundle other = new BundleReader(shared, EngineOptions.cpu()).load("tiny")) {
      assertThat(tokens(other, histories.read("u"))).isNotSameAs(first);
    }
  }
}
