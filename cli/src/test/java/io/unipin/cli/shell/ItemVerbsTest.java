package io.unipin.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.proto.v1.Item;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ItemVerbsTest {
  @Test
  void json_valuesThatAreNull_areUnknown() {
    assertThat(ItemVerbs.ofJson("{\"key\": \"a\", \"title\": null, \"expires_ms\": null}"))
        .isEqualTo(Item.newBuilder().setKey("a").build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"key\": \"a\"} title=b",
        "{\"key\": \"a\"} {\"key\": \"b\"}",
        "{\"key\": \"a\", \"key\": \"b\"}",
        "{\"key\": ",
      })
  void json_thatIsNoSingleObject_isRefused(String text) {
    assertThatThrownBy(() -> ItemVerbs.ofJson(text))
        .isInstanceOf(ShellException.class)
        .hasMessageContaining("an item as a JSON object expected, got: ");
  }
}
