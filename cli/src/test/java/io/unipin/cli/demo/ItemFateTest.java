package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.CommandException;
import org.junit.jupiter.api.Test;

final class ItemFateTest {
  @Test
  void of_itemBelowThePage_saysHowFar() throws JsonProcessingException {
    ItemFate fate =
        read(
            """
            {"actions": ["click", "save"], "candidates": [{}, {}, {}], "item": {
              "verdict": "below_page", "meaning": "Too low.", "exactRank": 2, "rank": 3,
              "lastOnPage": 1.5, "utility": 1.25, "probabilities": [0.5, 0.25]}}
            """);
    assertThat(fate.verdict()).isEqualTo("below page");
    assertThat(fate.figures())
        .contains(
            entry("place_by_similarity", 2),
            entry("place_by_utility", 3),
            entry("candidates", 3),
            entry("utility", 1.25),
            entry("last_utility_on_page", 1.5));
    assertThat(fate.probabilityText()).isEqualTo("p(click) 0.500, p(save) 0.250");
    assertThat(fate.probabilities()).containsExactly(entry("click", 0.5), entry("save", 0.25));
  }

  @Test
  void of_itemWithoutScore_isAFailure() {
    assertThatThrownBy(
            () -> read("{\"item\": {\"meaning\": \"The bundle does not know this item.\"}}"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("got The bundle does not know this item.");
  }

  private static ItemFate read(String json) throws JsonProcessingException {
    return ItemFate.of(new ObjectMapper().readTree(json));
  }
}
