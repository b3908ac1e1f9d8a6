package io.unipin.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ArgumentsTest {
  private static List<String> words(String line) {
    return Arguments.of(line).words();
  }

  @Test
  void of_wordsInQuotesStayTogether() {
    assertThat(words("act  click   #3 ")).containsExactly("click", "#3");
    assertThat(words("put title='A new  item' key=\"a'b\""))
        .containsExactly("title=A new  item", "key=a'b");
    assertThat(words("user a\\ b")).containsExactly("a b");
    assertThat(words("user 'a\\b'")).containsExactly("a\\b");
    assertThat(words("user ''")).containsExactly("");
    assertThat(words("page")).isEmpty();
  }

  @Test
  void of_json_isOneWord() {
    Arguments line = Arguments.of("put {\"title\": \"it's\"}");
    assertThat(line.command()).isEqualTo("put");
    assertThat(line.words()).containsExactly("{\"title\": \"it's\"}");
  }

  @Test
  void of_openQuote_isRefused() {
    assertThatThrownBy(() -> Arguments.of("user \"a b"))
        .isInstanceOf(ShellException.class)
        .hasMessage("a closing \" expected, got the end of the line");
  }

  @Test
  void of_bytesThatAreNotUtf8_areRefused() {
    assertThatThrownBy(() -> Arguments.of("erase zo\uFFFD"))
        .isInstanceOf(ShellException.class)
        .hasMessage("a line in UTF-8 expected, got 'erase zo\uFFFD'");
    assertThat(words("erase zo\u00eb")).containsExactly("zo\u00eb");
  }
}
