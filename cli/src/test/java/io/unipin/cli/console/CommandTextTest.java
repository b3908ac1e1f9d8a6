package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serv --bundle serv | serv | serve | ./unipin serve --bundle serv",
        "request --weight sav=3 | sav | save | ./unipin request --weight save=3",
        "serve --set server.prot=1 | prot | port | ./unipin serve --set server.port=1",
        "try data/ordres.csv | data/ordres.csv | data/orders.csv | ./unipin try data/orders.csv",
      })
  void corrected_replacesTheFirstWrongWord(
      String words, String wrong, String right, String corrected) {
    assertThat(CommandText.corrected(List.of(words.split(" ", -1)), wrong, right))
        .isEqualTo(corrected);
  }

  @Test
  void corrected_wordInsideAnotherOrNowhere_isEmpty() {
    assertThat(CommandText.corrected(List.of("servers", "re-serv"), "serv", "serve")).isEmpty();
    assertThat(CommandText.corrected(List.of("a"), "", "b")).isEmpty();
    assertThat(CommandText.corrected(List.of("a", "x".repeat(700)), "a", "b")).isEmpty();
  }

  @Test
  void of_wordsWithOtherCharacters_areQuoted() {
    assertThat(CommandText.of(List.of("try", "it's *.csv")))
        .isEqualTo("./unipin try 'it'\\''s *.csv'");
  }
}
