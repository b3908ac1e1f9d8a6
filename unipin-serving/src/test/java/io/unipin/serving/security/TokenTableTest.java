package io.unipin.serving.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.settings.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenTableTest {
  private static final String DIGEST = "a".repeat(64);

  @TempDir Path folder;

  @Test
  void roles_tokenOfALine_areThoseOfTheLine() {
    String line = TokenTable.line(EnumSet.of(Role.RECORD, Role.SERVE), "secret");
    assertThat(line).startsWith("serve,record ").doesNotContain("secret");
    TokenTable table =
        TokenTable.parse(List.of("# feed", "", line + "  # since May", "admin " + DIGEST));
    assertThat(table.roles("secret")).contains(EnumSet.of(Role.SERVE, Role.RECORD));
    assertThat(table.roles("Secret")).isEmpty();
    assertThat(table.roles("")).isEmpty();
    assertThat(table.roles("x".repeat(100_000))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "serve abc", "boss " + "a", "serve,boss D", " , D", "serve D x"})
  void parse_wrongLine_namesItWithoutShowingIt(String line) {
    String full = line.replace("D", DIGEST);
    assertThatThrownBy(() -> TokenTable.parse(List.of("# first", full)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("tokens:2: ")
        .hasMessageNotContaining(DIGEST);
  }

  @Test
  void parse_noToken_isRefused() {
    assertThatThrownBy(() -> TokenTable.parse(List.of("# nobody yet")))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void reload_changedFile_isTakenUnlessItIsWrong() throws Exception {
    Path file = folder.resolve("tokens");
    Files.writeString(file, TokenTable.line(EnumSet.of(Role.SERVE), "old"));
    TokenFile tokens = TokenFile.open(file);
    assertThat(tokens.roles("old")).isPresent();
    Files.writeString(file, TokenTable.line(EnumSet.of(Role.ADMIN), "new"));
    tokens.reload();
    assertThat(tokens.roles("old")).isEmpty();
    assertThat(tokens.roles("new")).contains(EnumSet.of(Role.ADMIN));
    Files.writeString(file, "rubbish");
    tokens.reload();
    assertThat(tokens.roles("new")).isPresent();
    Files.delete(file);
    tokens.reload();
    assertThat(tokens.roles("new")).isPresent();
    assertThatThrownBy(() -> TokenFile.open(file)).isInstanceOf(ConfigException.class);
  }
}
