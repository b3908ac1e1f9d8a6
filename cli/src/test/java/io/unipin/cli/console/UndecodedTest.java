package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UndecodedTest {
  @Test
  void find_undecodedWord_namesTheCharsetThatMustChange() {
    List<String> words = List.of("erase", "--user", "zo\uFFFD\uFFFD");
    assertThat(Undecoded.find(words, Map.of(), "ANSI_X3.4-1968"))
        .contains(
            new Undecoded(
                "an argument in UTF-8 expected, got 'zo\uFFFD\uFFFD'; the locale must be one of"
                    + " UTF-8, and its charset is ANSI_X3.4-1968",
                "export LC_ALL=C.UTF-8"));
    assertThat(Undecoded.find(words, Map.of(), "UTF-8"))
        .contains(
            new Undecoded(
                "an argument in UTF-8 expected, got 'zo\uFFFD\uFFFD'", "./unipin --help"));
  }

  @Test
  void find_undecodedVariable_isNamedWithoutItsValue() {
    Map<String, String> environment =
        Map.of("UNIPIN_TOKEN", "secret\uFFFD", "UNIPIN_ZONE", "\uFFFD", "OTHER", "\uFFFD");
    assertThat(Undecoded.find(List.of(), environment, "UTF-8"))
        .hasValueSatisfying(
            found ->
                assertThat(found.message())
                    .isEqualTo("UNIPIN_TOKEN: a text in UTF-8 expected, got another"));
  }

  @Test
  void find_textThatCouldBeDecoded_isEmpty() {
    assertThat(
            Undecoded.find(
                List.of("zo\u00eb", "", "\uD83D\uDE00", "?"),
                Map.of("UNIPIN_TOKEN", "\u00eb", "OTHER", "\uFFFD"),
                "UTF-8"))
        .isEmpty();
  }
}
