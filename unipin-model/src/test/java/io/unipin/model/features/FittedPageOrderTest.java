package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittedPageOrderTest {
  private static final FittedPageOrder ORDER =
      new FittedPageOrder(0.5f, Map.of("like", 0.25f, "hide", -1f), 120, 0.1, 0.12);

  @TempDir Path folder;

  @Test
  void write_andRead_givesTheSame() {
    assertThat(FittedPageOrder.read(folder)).isEmpty();
    ORDER.write(folder);
    assertThat(FittedPageOrder.read(folder)).contains(ORDER);
    FittedPageOrder.remove(folder);
    FittedPageOrder.remove(folder);
    assertThat(FittedPageOrder.read(folder)).isEmpty();
  }

  @Test
  void order_addsTheWeightedScores() {
    PageOrder order = ORDER.order(List.of("hide", "like"));
    float[] scores = {9, 9, 0.5f, 0.8f};
    assertThat(order.utility(0.6f, scores, 2))
        .isCloseTo(0.5f * 0.6f - 0.5f + 0.25f * 0.8f, within(1e-6f));
    assertThat(order.probabilities(List.of("hide", "like")))
        .containsExactly(Map.entry("hide", -1f), Map.entry("like", 0.25f));
  }

  @Test
  void order_ofRetrieval_ignoresProbabilities() {
    List<String> actions = List.of("hide", "like");
    PageOrder order = FittedPageOrder.ofRetrieval(actions).order(actions);
    assertThat(order.utility(0.6f, new float[] {1, 1}, 0)).isEqualTo(0.6f);
  }

  @Test
  void order_otherActions_areRefused() {
    assertThatThrownBy(() -> ORDER.order(List.of("like")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("page.json: a weight for each of the actions [like] expected");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {} | Missing creator property 'similarity'
          null | an object expected, got null
          {'similarity': 1, 'probabilities': {'a': 1e9}, 'targets': 1, 'retrievalNdcg10': 0, 'pageNdcg10': 0} | probabilities.a: -1000000.0 to 1000000.0 expected
          {'similarity': 1, 'probabilities': {}, 'targets': -1, 'retrievalNdcg10': 0, 'pageNdcg10': 0} | targets: 0 or more expected
          {'similarity': 1, 'probabilities': {}, 'targets': 1, 'retrievalNdcg10': 2, 'pageNdcg10': 0} | retrievalNdcg10: 0 to 1 expected
          {'similarity': 'NaN', 'probabilities': {}, 'targets': 1, 'retrievalNdcg10': 0, 'pageNdcg10': 0} | similarity
          {'similarity': 1, 'more': 1, 'probabilities': {}, 'targets': 1, 'retrievalNdcg10': 0, 'pageNdcg10': 0} | Unrecognized field
          """)
  void read_brokenFile_isRefused(String json, String message) throws IOException {
    Files.writeString(folder.resolve(FittedPageOrder.FILE), json.replace('\'', '"'));
    assertThatThrownBy(() -> FittedPageOrder.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("page.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void of_weightThatIsNoNumber_isRefused() {
    assertThatThrownBy(() -> PageOrder.of(Float.NaN, new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageOrder.of(0, new float[] {Float.POSITIVE_INFINITY}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
