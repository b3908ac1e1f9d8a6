package io.unipin.serving.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which settings of experiments are valid. The values lie at the limits of slots, percentages
 * and names.
 */
final class ExperimentRulesTest {
  private static final SlotRange ALL = new SlotRange(0, 9999);

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ArmConfig arm(int weight) {
    return new ArmConfig(weight, "", json("{}"));
  }

  private static ExperimentPlan plan(SlotRange slots, double rollout, int... weights) {
    Map<String, ArmConfig> arms = new HashMap<>();
    IntStream.range(0, weights.length).forEach(i -> arms.put("a" + i, arm(weights[i])));
    return new ExperimentPlan("", slots, rollout, arms, Map.of());
  }

  /**
   * Checks that a setting is refused. Returns an assertion on the error: the key and the expected
   * value.
   */
  private static AbstractStringAssert<?> assertRefused(ThrowingCallable made) {
    SettingException refused =
        Objects.requireNonNull(catchThrowableOfType(SettingException.class, made));
    return assertThat(refused.key() + ": " + refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 9999", "9999, 9999", "5, 6"})
  void slots_withinTheLayer_areRead(int first, int last) {
    SlotRange slots = SlotRange.parse(" %s - %s ".formatted(first, last));
    assertThat(slots).isEqualTo(new SlotRange(first, last)).hasToString(first + "-" + last);
    assertThat(slots.contains(first)).isTrue();
    assertThat(slots.contains(last)).isTrue();
    assertThat(slots.contains(first - 1)).isFalse();
    assertThat(slots.contains(last + 1)).isFalse();
  }

  @Test
  void slots_outsideOrBackwards_areRefused() {
    for (int[] wrong : new int[][] {{-1, 5}, {6, 5}, {0, 10_000}}) {
      assertThatThrownBy(() -> new SlotRange(wrong[0], wrong[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("slots such as 0-4999, within 0-9999 and in order, expected");
    }
    assertThatThrownBy(() -> SlotRange.parse("5")).hasMessageContaining("got '5'");
  }

  @Test
  void overlaps_rangesThatShareASlot_isTrueBothWays() {
    SlotRange middle = new SlotRange(10, 20);
    for (SlotRange beside : List.of(new SlotRange(0, 9), new SlotRange(21, 30))) {
      assertThat(middle.overlaps(beside)).isFalse();
      assertThat(beside.overlaps(middle)).isFalse();
    }
    for (SlotRange shared : List.of(new SlotRange(0, 10), new SlotRange(20, 30), ALL)) {
      assertThat(middle.overlaps(shared)).isTrue();
      assertThat(shared.overlaps(middle)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "9", "a-b_c0"})
  void names_smallLettersDigitsAndDashes_areTaken(String name) {
    assertThat(new LayerConfig(Map.of(name, plan(ALL, 100, 1))).experiments()).containsKey(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "-a", "a/b", "ä", "a234567890123456789012345678901234567890x"})
  void names_ofOtherCharactersOrTooLong_areRefused(String name) {
    assertRefused(() -> new LayerConfig(Map.of(name, plan(ALL, 100, 1))))
        .contains("an experiment named like");
    assertRefused(() -> new ExperimentsConfig("", 0, Map.of(name, new LayerConfig(Map.of()))))
        .contains("a layer named like");
    assertRefused(() -> new ExperimentPlan("", ALL, 1, Map.of(name, arm(1)), Map.of()))
        .contains("an arm named like");
  }

  @Test
  void salt_upTo64CharactersWithoutControl_isTaken() {
    String longest = "ü".repeat(64);
    assertThat(new ExperimentsConfig(longest, 0, Map.of()).salt()).isEqualTo(longest);
    for (String wrong : List.of("x".repeat(65), "a\0b", "a\n")) {
      assertRefused(() -> new ExperimentsConfig(wrong, 0, Map.of()));
      assertRefused(() -> new ExperimentPlan(wrong, ALL, 1, Map.of("a", arm(1)), Map.of()));
    }
  }

  @Test
  void percents_andWeights_endAtTheirLimits() {
    assertThat(plan(ALL, 0, 1).rolloutSlots()).isZero();
    assertThat(plan(ALL, 100, 1).rolloutSlots()).isEqualTo(10_000);
    assertThat(plan(ALL, 12.34, 1).rolloutSlots()).isEqualTo(1234);
    assertRefused(() -> plan(ALL, -0.01, 1));
    assertRefused(() -> plan(ALL, 100.01, 1));
    assertThat(new ExperimentsConfig("", 12.34, Map.of()).holdoutSlots()).isEqualTo(1234);
    assertThat(ExperimentsConfig.none().holdoutSlots()).isZero();
    assertRefused(() -> new ExperimentsConfig("", -1, Map.of()));
    assertRefused(() -> new ExperimentsConfig("", 100.1, Map.of()));
    assertRefused(() -> plan(ALL, 1)).contains("1 to 32 expected, got 0");
    assertRefused(() -> plan(ALL, 1, new int[33])).contains("got 33");
    assertRefused(() -> plan(ALL, 1, 0, 0)).contains("sum of the arms' weights");
    assertRefused(() -> plan(ALL, 1, 5_000, 5_001)).contains("got 10001");
    assertRefused(() -> arm(-1));
    assertRefused(() -> arm(10_001));
    assertThat(plan(ALL, 1, 5_000, 5_000).shares()).hasSize(2);
  }

  @Test
  void arm_ofASlot_followsTheWeightsInTheOrderOfTheNames() {
    ExperimentPlan plan = plan(ALL, 100, 3, 0, 1);
    assertThat(plan.arm(0)).isEqualTo("a0");
    assertThat(plan.arm(7_499)).isEqualTo("a0");
    assertThat(plan.arm(7_500)).isEqualTo("a2");
    assertThat(plan.arm(9_999)).isEqualTo("a2");
    assertThat(plan.shares().get("a0")).isBetween(0.7499, 0.7501);
    assertThat(plan.shares().get("a1")).isZero();
    assertThat(plan.shares().get("a2")).isBetween(0.2499, 0.2501);
    assertThatThrownBy(() -> plan.arm(10_000)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void knobs_ofAnArm_areWhatItChanges() {
    ArmConfig arm =
        new ArmConfig(
            1,
            "other",
            json(
                "{'retrieval': {'candidates': 9, 'overFetch': 2}, 'page': {'size': 3}, 'slate':"
                    + " {'rules': {'perCategory': 2}}, 'ranking': {'utilityWeights': {'save':"
                    + " 2}}}"));
    assertThat(arm.knobs())
        .containsExactlyInAnyOrder(
            Knob.BUNDLE,
            Knob.CANDIDATES,
            Knob.OVER_FETCH,
            Knob.PAGE_SIZE,
            Knob.SLATE,
            Knob.UTILITY_WEIGHTS);
    assertThat(arm(1).knobs()).isEmpty();
    Map<String, ArmConfig> arms = new LinkedHashMap<>();
    arms.put("control", arm(1));
    arms.put("wide", new ArmConfig(1, "", json("{'retrieval': {'breadth': 9}}")));
    ExperimentPlan plan = new ExperimentPlan("", ALL, 1, arms, Map.of());
    assertThat(plan.knobs()).containsExactly(Knob.BREADTH);
    assertThat(new LayerConfig(Map.of("e", plan)).knobs()).containsExactly(Knob.BREADTH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'bundle': 'x'}",
        "{'retrieval': {}}",
        "{'retrieval': {'candidate': 9}}",
        "{'retrieval': 9}",
        "{'page': {'sizes': 9}}",
        "{'slates': {'a': 1}}"
      })
  void settings_thatNoArmMayChange_areRefused(String settings) {
    assertRefused(() -> new ArmConfig(1, "", json(settings)))
        .contains("no setting of arms; those are [retrieval.candidates,");
    assertRefused(
        () ->
            new ShadowConfig(
                "b",
                json(settings),
                1,
                new ByteSize(0),
                new ByteSize(1 << 16),
                Duration.ofMillis(1)));
  }

  @Test
  void knob_ofASetting_isThatOfItsKeyOrAParent() {
    assertThat(Knob.of("retrieval.candidates")).contains(Knob.CANDIDATES);
    assertThat(Knob.of("ranking.utilityWeights.save")).contains(Knob.UTILITY_WEIGHTS);
    assertThat(Knob.of("ranking.counts")).contains(Knob.COUNTS);
    assertThat(Knob.of("retrieval.candidatesToo")).isEmpty();
    assertThat(Knob.of("retrieval")).isEmpty();
    assertThat(Knob.BUNDLE.key()).isEqualTo("bundle");
    assertThat(Knob.settings()).hasSize(7).contains("slate").doesNotContain("bundle");
  }

  @Test
  void layer_withTwoExperimentsOfAUser_isRefused() {
    Map<String, ExperimentPlan> both = new LinkedHashMap<>();
    both.put("one", plan(new SlotRange(0, 5000), 100, 1));
    both.put("two", plan(new SlotRange(5000, 9999), 100, 1));
    assertRefused(() -> new LayerConfig(both)).contains("experiments.two.slots");
    Map<String, ExperimentPlan> overridden = new LinkedHashMap<>();
    for (int i = 0; i < 2; i++) {
      SlotRange slots = new SlotRange(5000 * i, 5000 * i + 4999);
      Map<String, ArmConfig> arms = Map.of("a", arm(1));
      overridden.put("e" + i, new ExperimentPlan("", slots, 1, arms, Map.of("tester", "a")));
    }
    assertRefused(() -> new LayerConfig(overridden))
        .contains("e1.overrides.tester: a user overridden once per layer expected");
    assertRefused(() -> new ExperimentPlan("", ALL, 1, Map.of("a", arm(1)), Map.of("tester", "b")))
        .contains("overrides.tester: one of the arms [a] expected, got 'b'");
  }

  @Test
  void experiments_withOneNameOrOneKnobInTwoLayers_areRefused() {
    LayerConfig layer = new LayerConfig(Map.of("e", plan(ALL, 1, 1)));
    assertRefused(() -> new ExperimentsConfig("", 0, Map.of("a", layer, "b", layer)))
        .contains("layers.b.experiments.e");
    LayerConfig holdout = new LayerConfig(Map.of("holdout", plan(ALL, 1, 1)));
    assertRefused(() -> new ExperimentsConfig("", 0, Map.of("a", holdout)))
        .contains("layers.a.experiments.holdout");
    ArmConfig paged = new ArmConfig(1, "", json("{'page': {'size': 3}}"));
    ExperimentPlan changes = new ExperimentPlan("", ALL, 1, Map.of("a", paged), Map.of());
    LayerConfig first = new LayerConfig(Map.of("f", changes));
    LayerConfig second = new LayerConfig(Map.of("s", changes));
    assertRefused(() -> new ExperimentsConfig("", 0, Map.of("a", first, "b", second)))
        .contains("layers.b: page.size is changed by layer a, too");
  }

  @Test
  void salt_ofAnExperiment_isItsOwnOrTheCommonOne() {
    ExperimentPlan own = new ExperimentPlan("own", ALL, 1, Map.of("a", arm(1)), Map.of());
    LayerConfig one = new LayerConfig(Map.of("e", own));
    LayerConfig two = new LayerConfig(Map.of("f", plan(ALL, 1, 1)));
    Experiments experiments =
        new Experiments(new ExperimentsConfig("common", 0, Map.of("l", one, "m", two)));
    assertThat(experiments.salt("e")).isEqualTo("own");
    assertThat(experiments.salt("f")).isEqualTo("common");
    assertThat(experiments.salt("unknown")).isEqualTo("common");
    assertThat(experiments.plan("e")).containsSame(own);
    assertThat(experiments.plan("holdout")).isEmpty();
  }

  @Test
  void fill_whatIsLeftOut_isFilledInAndNothingElse() {
    ObjectNode section = json("{'layers': {'l': {'experiments': {'e': {'arms': {'c': null}}}}}}");
    ExperimentDefaults.fill(section);
    assertThat(section.at("/layers/l/experiments/e"))
        .isEqualTo(
            json(
                "{'arms': {'c': {'weight': 1, 'bundle': '', 'settings': {}}}, 'salt': '', 'slots':"
                    + " '0-9999', 'rollout': 100.0, 'overrides': {}}"));
    JsonNode whole =
        json(
            "{'layers': {'l': {'experiments': {'e': {'arms': {'c': {'weight': 2, 'bundle': 'b',"
                + " 'settings': {'page': {'size': 1}}}}, 'salt': 's', 'slots': '0-1', 'rollout': 5,"
                + " 'overrides': {'u': 'c'}}}}}}");
    JsonNode filled = whole.deepCopy();
    ExperimentDefaults.fill(filled);
    assertThat(filled).isEqualTo(whole);
    ObjectNode bare = json("{'layers': {'l': {}, 'm': {'experiments': {'e': {}}}}}");
    ExperimentDefaults.fill(bare);
    assertThat(bare.at("/layers/l/experiments").isObject()).isTrue();
    assertThat(bare.at("/layers/m/experiments/e/arms").isObject()).isTrue();
    ObjectNode wrong =
        json("{'layers': {'l': 5, 'm': {'experiments': {'e': 5, 'f': {'arms': {'c': 5}}}}}}");
    ExperimentDefaults.fill(wrong);
    assertThat(wrong.at("/layers/l").asInt()).as("for its reader to refuse").isEqualTo(5);
    assertThat(wrong.at("/layers/m/experiments/f/arms/c").asInt()).isEqualTo(5);
  }

  private static ShadowConfig shadow(
      double percent, long budget, long transientBudget, Duration timeout) {
    return new ShadowConfig(
        "b", json("{}"), percent, new ByteSize(budget), new ByteSize(transientBudget), timeout);
  }

  @Test
  void shadow_limits_areChecked() {
    Duration soon = Duration.ofMillis(1);
    assertThat(shadow(100, 0, 1 << 16, soon).enabled()).isTrue();
    assertRefused(() -> shadow(-1, 0, 1 << 16, soon)).contains("percent");
    assertRefused(() -> shadow(100.5, 0, 1 << 16, soon)).contains("percent");
    assertRefused(() -> shadow(1, (1L << 50) + 1, 1 << 16, soon)).contains("budget");
    assertRefused(() -> shadow(1, 0, (1 << 16) - 1, soon)).contains("transientBudget");
    assertRefused(() -> shadow(1, 0, 1 << 16, Duration.ZERO)).contains("timeout");
    ShadowConfig none =
        new ShadowConfig("", json("{}"), 1, new ByteSize(0), new ByteSize(1 << 16), soon);
    assertThat(none.enabled()).isFalse();
  }

  @Test
  void shadow_copiesOfItsPercentOfUsers_areTheSameUsersAndMoreOfThem() {
    ShadowConfig few = shadow(5, 0, 1 << 16, Duration.ofMillis(1));
    ShadowConfig some = shadow(20, 0, 1 << 16, Duration.ofMillis(1));
    int[] copied = new int[2];
    for (int i = 0; i < 20_000; i++) {
      String user = "user-" + i;
      boolean isCopied = Slots.of("", "/shadow", user) < 500;
      assertThat(few.copies(user)).isEqualTo(isCopied);
      if (isCopied) {
        copied[0]++;
        assertThat(some.copies(user)).isTrue();
      }
      copied[1] += some.copies(user) ? 1 : 0;
    }
    assertThat(copied[0]).isBetween(900, 1100);
    assertThat(copied[1]).isBetween(3800, 4200);
    assertThat(shadow(0, 0, 1 << 16, Duration.ofMillis(1)).copies("user-1")).isFalse();
    assertThat(shadow(100, 0, 1 << 16, Duration.ofMillis(1)).copies("user-1")).isTrue();
  }
}
