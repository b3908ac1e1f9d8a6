package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.counts.CountWeights.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountWeightsTest {
  private static final CountFeatures FEATURES = new CountFeatures(List.of("a", "b", "c"));

  @TempDir Path folder;

  private static CountWeights weights() {
    Map<String, Action> actions = new LinkedHashMap<>();
    actions.put("like", new Action(1.5f, -0.25f, Map.of("a", 2f, "c", -1f)));
    actions.put("hide", Action.NONE);
    return new CountWeights(FEATURES, actions);
  }

  @Test
  void apply_twoCandidates_equalsTheSumByHand() {
    float[] probabilities = {0.2f, 0.7f, 0.5f, 0.1f};
    float[] inputs = {0.5f, 9, 1, -1, 9, 0};
    weights().apply(probabilities, inputs, 2);
    double first = 1.5 * Math.log(0.2 / 0.8) - 0.25 + 2 * 0.5 - 1;
    double second = -0.25 - 2;
    assertThat(probabilities[0]).isCloseTo(sigmoid(first), within(1e-6f));
    assertThat(probabilities[2]).isCloseTo(sigmoid(second), within(1e-6f));
    assertThat(probabilities[1]).as("an action without weights").isEqualTo(0.7f);
    assertThat(probabilities[3]).isEqualTo(0.1f);
  }

  private static float sigmoid(double x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }

  @Test
  void apply_certainProbabilities_staysFinite() {
    float[] probabilities = {0, 0.5f, 1, 0.5f};
    weights().apply(probabilities, new float[6], 2);
    assertThat(probabilities[0]).isBetween(0f, 1e-9f);
    assertThat(probabilities[2]).isEqualTo(1f);
  }

  @Test
  void apply_equalInputs_keepsTheOrder() {
    float[] probabilities = new float[2 * 100];
    for (int i = 0; i < 100; i++) {
      probabilities[2 * i] = (i + 1) / 200f;
    }
    weights().apply(probabilities, new float[300], 100);
    for (int i = 1; i < 100; i++) {
      assertThat(probabilities[2 * i]).isGreaterThan(probabilities[2 * i - 2]);
    }
  }

  @Test
  void apply_tooFewInputs_isRefused() {
    assertThatThrownBy(() -> weights().apply(new float[4], new float[5], 2))
        .hasMessage("probabilities and inputs of 2 candidates expected, got 4 and 5");
  }

  @Test
  void write_andRead_givesTheSame() {
    weights().write(folder);
    CountWeights read = CountWeights.read(folder);
    assertThat(read.features()).isEqualTo(FEATURES);
    assertThat(read.actions()).containsExactly("like", "hide");
    assertThat(read.of("like")).isEqualTo(weights().of("like"));
    assertThat(read.changeAny()).isTrue();
    assertThat(new CountWeights(FEATURES, Map.of("like", Action.NONE)).changeAny()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "version' : 1 | version' : 2 | version 1 expected, got 2",
        "'version' : 1, |  | version 1 expected, got none",
        "1.5 | 0 | slope: a number above 0 and up to 1000.0 expected, got 0.0",
        "1.5 | 'NaN' | slope: a number above 0",
        "-0.25 | 1e9 | constant: a number of a size up to 1000.0 expected, got 1.0E9",
        "'a' : 2.0 | 'x' : 2.0 | a weight of one of the features expected, got x",
        "'a' : 2.0 | 'a' : 1e30 | a: a number of a size up to",
        "'a' : 2.0 | 'a' : null | counts.json",
        "'constant' : -0.25, |  | constant",
        "[ 'a', 'b', 'c' ] | [ 'a', 'a', 'c' ] | distinct features expected",
        "'features' | 'other' | counts.json: Missing creator property 'features'",
      })
  void read_brokenFile_isRefused(String part, String other, String message) throws IOException {
    weights().write(folder);
    Path file = folder.resolve(CountWeights.FILE);
    String text = Files.readString(file);
    String old = part.replace('\'', '"');
    assertThat(text).contains(old);
    Files.writeString(file, text.replace(old, other == null ? "" : other.replace('\'', '"')));
    assertThatThrownBy(() -> CountWeights.read(folder))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_missingOrTruncatedFile_isRefused() throws IOException {
    assertThatThrownBy(() -> CountWeights.read(folder))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining("counts.json: a file expected in");
    weights().write(folder);
    Path file = folder.resolve(CountWeights.FILE);
    byte[] all = Files.readAllBytes(file);
    for (int length = 0; length < all.length; length += 7) {
      Files.write(file, Arrays.copyOf(all, length));
      assertThatThrownBy(() -> CountWeights.read(folder)).isInstanceOf(CountsException.class);
    }
  }
}
