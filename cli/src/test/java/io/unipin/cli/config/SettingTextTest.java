package io.unipin.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.unipin.settings.EffectiveSetting;
import io.unipin.settings.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingTextTest {
  private static EffectiveSetting setting(String key, String value, Place place) {
    return new EffectiveSetting(key, TextNode.valueOf(value), place, false);
  }

  @ParameterizedTest
  @CsvSource({
    "redis.password, hunter2, ***",
    "kafka.clientSecret, hunter2, ***",
    "redis.passwordFile, /run/password, /run/password",
    "security.tokens, tokens, tokens",
    "redis.uri, redis://me:hunter2@host:6379, redis://***@host:6379",
    "redis.uri, 'redis://a:1,host@b', 'redis://***@b'",
    "tracing.endpoint, http://127.0.0.1:4317, http://127.0.0.1:4317",
    "security.secretFile, '', '\"\"'"
  })
  void line_hidesSecrets(String key, String value, String shown) {
    assertThat(SettingText.line(setting(key, value, Place.of("a.yaml")))).isEqualTo(shown);
  }

  @Test
  void source_namesFileVariableAndOverride() {
    assertThat(SettingText.source(setting("a", "b", new Place("a.yaml", 3, 7))))
        .isEqualTo("a.yaml:3");
    assertThat(SettingText.source(setting("a", "b", Place.of("UNIPIN_SERVER_PORT"))))
        .isEqualTo("environment UNIPIN_SERVER_PORT");
    assertThat(SettingText.source(setting("a", "b", Place.of("--set a")))).isEqualTo("--set a");
  }
}
