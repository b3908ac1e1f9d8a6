package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.Knob;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExperimentSettingsTest {
  private static final String GOOD =
      """
      experiments:
        holdout: 5
        layers:
          retrieval:
            experiments:
              wide:
                salt: w1
                slots: 0-4999
                rollout: 20
                arms:
                  control:
                  wide: {weight: 2, settings: {retrieval: {candidates: 400}}}
                overrides: {tester: wide}
              small:
                slots: 5000-9999
                arms: {control: {}, small: {settings: {retrieval: {candidates: 50}}}}
          ranking:
            experiments:
              saves:
                arms: {control: {}, double: {settings: {ranking: {utilityWeights: {save: 2}}}}}
      """;

  @TempDir Path folder;

  private ServerConfig read(String yaml, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("server.yaml"), yaml);
    return ConfigReader.read(file, Map.of(), List.of(overrides));
  }

  @Test
  void read_fillsInWhatIsLeftOut() throws IOException {
    Experiments experiments = new Experiments(read(GOOD).experiments());
    assertThat(experiments.config().salt()).isEqualTo("unipin");
    ExperimentPlan wide = experiments.plan("wide").orElseThrow();
    assertThat(wide.rollout()).isEqualTo(20);
    assertThat(wide.knobs()).containsExactly(Knob.CANDIDATES);
    assertThat(wide.shares().get("wide")).isBetween(0.6665, 0.6668);
    ExperimentPlan saves = experiments.plan("saves").orElseThrow();
    assertThat(saves.rollout()).isEqualTo(100);
    assertThat(saves.slots()).hasToString("0-9999");
    assertThat(saves.arms())
        .hasEntrySatisfying("control", arm -> assertThat(arm.weight()).isEqualTo(1));
    assertThat(saves.knobs()).containsExactly(Knob.UTILITY_WEIGHTS);
  }

  @Test
  void read_takesARampFromTheCommandLine() throws IOException {
    ServerConfig config = read(GOOD, "experiments.layers.retrieval.experiments.wide.rollout=50");
    assertThat(new Experiments(config.experiments()).plan("wide").orElseThrow().rollout())
        .isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          slots: 0-4999 | slots: 0-5000 | wide.slots: slots that no other experiment of the layer has expected, got 0-5000 beside 5000-9999 of small
          slots: 0-4999 | slots: 9-1 | slots such as 0-4999, within 0-9999 and in order, expected, got 9-1
          slots: 0-4999 | slots: half | slots such as 0-4999 expected, got 'half'
          rollout: 20 | rollout: 101 | wide.rollout: 0.0 to 100.0 expected, got 101.0
          rollout: 20 | ramp: 20 | wide.ramp: unknown key
          tester: wide | tester: broad | wide.overrides.tester: one of the arms [control, wide] expected, got 'broad'
          tester: wide | tester: wied | one of the arms [control, wide] expected, got 'wied'; did you mean 'wide'?
          candidates: 400 | candidate: 400 | ranking.counts, page.size, slate]; did you mean 'retrieval.candidates'?
          weight: 2 | weight: -1 | arms.wide.weight: 0 to 10000 expected, got -1
          candidates: 400 | candidate: 400 | arms.wide.settings.retrieval.candidate: no setting of arms
          retrieval: {candidates: 400} | bundle: other | arms.wide.settings.bundle: no setting of arms
          {ranking: {utilityWeights: {save: 2}}} | {retrieval: {candidates: 9}} | retrieval.candidates is changed by layer ranking, too
          candidates: 400 | candidates: 4.5 | server.yaml:12:54: experiments.layers.retrieval.experiments.wide.arms.wide.settings.retrieval.candidates: a whole number expected, got 4.5
          candidates: 400 | candidates: "many" | settings.retrieval.candidates: a whole number expected, got "many"
          candidates: 400 | candidates: 0 | settings.retrieval.candidates: 1 to 4096 expected, got 0
          holdout: 5 | holdout: 200 | experiments.holdout: 0.0 to 100.0 expected, got 200.0
          saves: | Saves: | layers.ranking.experiments.Saves: an experiment named like
          saves: | wide: | layers.retrieval.experiments.wide: a name that no other experiment has expected
          double: { | dou/ble: { | saves.arms.dou/ble: an arm named like
          """)
  void read_refusesWithPlaceAndKey(String good, String bad, String message) {
    assertThat(GOOD).contains(good);
    assertThatThrownBy(() -> read(GOOD.replace(good, bad)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("server.yaml:")
        .hasMessageContaining(message);
  }

  @Test
  void read_refusesAnExperimentWithoutArms() {
    assertThatThrownBy(() -> read("experiments: {layers: {l: {experiments: {e: {rollout: 5}}}}}"))
        .hasMessageContaining("e.number of arms: 1 to 32 expected, got 0");
  }
}
