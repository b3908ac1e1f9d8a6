package io.unipin.serving.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvDeparture;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.serving.request.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the names in the console's scripts are those of the server. */
final class ConsoleNamesTest {
  private static final Pattern TEXT = Pattern.compile("'([^']*)'");
  private static final Pattern FIRST_OF_PAIR = Pattern.compile("\\['([A-Z_]+)',");
  private static final Pattern KEY = Pattern.compile("([a-z_]+): '");

  /** Returns the names in the list or object that follows {@code begin} in a script. */
  private static List<String> names(String script, String begin, String end, Pattern name)
      throws IOException {
    String text;
    try (InputStream in =
        Objects.requireNonNull(ConsoleNamesTest.class.getResourceAsStream(script), script)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int from = text.indexOf(begin);
    assertThat(from).as(begin).isNotNegative();
    Matcher names = name.matcher(text.substring(from, text.indexOf(end, from)));
    return names.results().map(found -> found.group(1)).toList();
  }

  private static List<String> names(Enum<?>[] constants) {
    return Stream.of(constants).map(Enum::name).toList();
  }

  private static List<String> labels(Enum<?>[] constants) {
    return names(constants).stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  @Test
  void live_stages_areThoseOfTheServerInTheirOrder() throws IOException {
    assertThat(names("live.js", "const STAGES = [", "]", TEXT))
        .containsExactlyElementsOf(Stream.of(Stage.values()).map(Stage::label).toList());
  }

  @Test
  void live_outcomes_areThoseOfTheCache() throws IOException {
    assertThat(names("live.js", "const OUTCOMES = [", "]", TEXT))
        .containsExactlyInAnyOrderElementsOf(labels(KvOutcome.values()));
    assertThat(names("live.js", "const REUSED = [", "]", TEXT))
        .isSubsetOf(labels(KvOutcome.values()));
    assertThat(names("dom.js", "export const cacheKind", "})", KEY))
        .containsExactlyInAnyOrderElementsOf(labels(KvOutcome.values()));
  }

  @Test
  void cache_rows_areThoseOfTheCacheAndItsTiers() throws IOException {
    assertThat(names("cache.js", "const LOOKUPS = [", "];", FIRST_OF_PAIR))
        .containsExactlyInAnyOrderElementsOf(names(KvReason.values()));
    assertThat(names("cache.js", "const DEPARTURES = [", "];", FIRST_OF_PAIR))
        .containsExactlyInAnyOrderElementsOf(names(KvDeparture.values()));
    assertThat(names("cache.js", "const RESULTS = [", "];", FIRST_OF_PAIR))
        .containsExactlyInAnyOrderElementsOf(names(KvTierLookup.values()));
    assertThat(names("cache.js", "const DROPS = [", "];", FIRST_OF_PAIR))
        .containsExactlyInAnyOrderElementsOf(names(KvTierDrop.values()));
  }
}
