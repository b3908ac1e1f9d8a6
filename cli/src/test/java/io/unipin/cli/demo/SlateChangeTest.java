package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.proto.v1.ScoredItem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SlateChangeTest {
  @Test
  void largest_looksAtItemsOnBothSlates() {
    SlateChange change =
        new SlateChange(
            List.of(item(1, 0.5f), item(2, 0.5f)),
            List.of(item(3, 0.9f), item(2, 0.6f)),
            List.of(item(1, 0.9f), item(2, 0.6f)));
    assertThat(change.kept()).isEqualTo(1);
    assertThat(change.largest()).isCloseTo(0.1, within(1e-6));
  }

  @Test
  void largest_nothingStayed_looksAtTheSlateBefore() {
    SlateChange change =
        new SlateChange(List.of(item(1, 0.5f)), List.of(item(3, 0.9f)), List.of(item(1, 0.3f)));
    assertThat(change.kept()).isZero();
    assertThat(change.largest()).isCloseTo(0.2, within(1e-6));
  }

  @Test
  void print_tellsWhatCameAndWhatMoved() {
    StringWriter text = new StringWriter();
    new SlateChange(
            List.of(item(1, 0.5f), item(2, 0.5f)),
            List.of(item(3, 0.9f), item(2, 0.6f)),
            List.of(item(1, 0.9f), item(2, 0.6f)))
        .print(new Guide(new PrintWriter(text, true)), List.of(1L));
    assertThat(text.toString())
        .contains("1 of 2 items stayed, 1 left because the user acted on them, 0 for others")
        .contains("item 3")
        .containsPattern("item 1 +1 -> off +p\\(click\\) +0.500 +0.900 +\\+0.400");
  }

  private static ScoredItem item(long id, float click) {
    return ScoredItem.newBuilder()
        .setItemId(id)
        .setTitle("item " + id)
        .putProbabilities("click", click)
        .build();
  }
}
