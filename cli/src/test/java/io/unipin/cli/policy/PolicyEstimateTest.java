package io.unipin.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.cli.policy.SimulatedFeed.Page;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.log.ServedChoices;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.log.Slate;
import io.unipin.serving.request.Draw;
import io.unipin.serving.slate.ExplorationConfig;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class PolicyEstimateTest {
  private static final ExplorationConfig EXPLORATION =
      new ExplorationConfig(0.2, 10, 0.1, 0.3, 50, true);

  @TempDir Path folder;

  /**
   * A policy that keeps the best item with probability 0.1. Otherwise it draws another item by a
   * softmax with a lower temperature than the logged policy's.
   */
  private static final DrawPolicy SHARP = new DrawPolicy(0.9, Optional.of(0.15), Optional.of(0.0));

  private static double[] sharp(Draw draw, Page page) {
    double[] weights =
        draw.options().stream().mapToDouble(o -> Math.exp(o.utility() / 0.15)).toArray();
    weights[0] = 0;
    double sum = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    double[] probabilities = new double[weights.length];
    for (int i = 1; i < weights.length; i++) {
      probabilities[i] = 0.9 * weights[i] / sum;
    }
    probabilities[0] = 0.1;
    return probabilities;
  }

  private static int best(Draw draw, Page page) {
    return IntStream.range(0, draw.options().size())
        .reduce(
            0,
            (one, other) -> {
              double first = page.truthOf(draw.options().get(one).item());
              return page.truthOf(draw.options().get(other).item()) > first ? other : one;
            });
  }

  /**
   * Returns the policy that always shows the option with the highest true probability of a click.
   * No real policy can know this probability.
   */
  private static ChosenPolicy oracle(List<Page> pages, List<ServedChoice> choices) {
    List<OptionalLong> items = new ArrayList<>();
    for (Page page : pages) {
      for (Draw draw : page.draws().draws()) {
        items.add(OptionalLong.of(draw.options().get(best(draw, page)).item()));
      }
    }
    return new ChosenPolicy("oracle", choices, items);
  }

  private static double oracleTruth(List<Page> pages) {
    return SimulatedFeed.truth(
        pages,
        (draw, page) -> {
          double[] probabilities = new double[draw.options().size()];
          probabilities[best(draw, page)] = 1;
          return probabilities;
        });
  }

  private static double keptTruth(List<Page> pages) {
    return SimulatedFeed.truth(
        pages,
        (draw, page) -> {
          double[] probabilities = new double[draw.options().size()];
          probabilities[0] = 1;
          return probabilities;
        });
  }

  /** Writes pages and actions to a served log, and reads them back as choices. */
  @Test
  void snips_ofASimulatedServedLog_holdsTheTrueValueOfOtherPolicies() {
    List<Page> pages = new SimulatedFeed(300, EXPLORATION).serve(1);
    Path served = folder.resolve("served");
    Random random = new Random(2);
    try (ServedLog log = ServedLog.open(config(served))) {
      for (Page page : pages) {
        long[] items = page.items().stream().mapToLong(Long::longValue).toArray();
        log.served(
            new Slate(
                page.view(),
                page.user(),
                page.timeMs(),
                "home",
                "a",
                "b",
                "i",
                items,
                page.draws(),
                ""));
        for (long item : items) {
          if (random.nextDouble() < page.truthOf(item)) {
            RecordedAction click =
                new RecordedAction(item, List.of("click"), "home", page.timeMs() + 1);
            log.recorded(page.user(), List.of(new ActionEvent(page.view() + "/" + item, click)));
          }
        }
      }
    }
    List<ServedChoice> choices =
        ServedChoices.read(served, Duration.ofMillis(500), skipped -> {}).all();
    assertThat(choices).hasSize(2 * pages.size());
    Map<Policy, Double> truth =
        Map.of(
            SHARP,
            SimulatedFeed.truth(pages, PolicyEstimateTest::sharp),
            DrawPolicy.parse("drawn=0"),
            keptTruth(pages),
            oracle(pages, inOrder(pages)),
            oracleTruth(pages));
    truth.forEach(
        (policy, value) -> {
          PolicyEstimate estimate = PolicyEstimate.of(policy, "click", choices);
          assertThat(estimate.interval().contains(value)).as("%s of %s", value, estimate).isTrue();
          assertThat(estimate.ips().interval().contains(value)).isTrue();
          assertThat(estimate.interval().high() - estimate.interval().low()).isLessThan(0.1);
        });
    // The values of the policies differ by more than the width of the intervals. So the intervals
    // distinguish the policies.
    double served0 = PolicyEstimate.of(SHARP, "click", choices).logged();
    assertThat(oracleTruth(pages)).isGreaterThan(served0 + 0.1);
  }

  private static List<ServedChoice> inOrder(List<Page> pages) {
    return SimulatedFeed.choices(pages, 0);
  }

  private static ServedLogConfig config(Path served) {
    return new ServedLogConfig(true, served, 1 << 20, new ByteSize(1 << 24), Duration.ofMillis(10));
  }

  /** About 95 % of the intervals must contain the true value. */
  @Test
  void intervals_ofManySeeds_holdTheTruthAsOftenAsTheyPromise() {
    SimulatedFeed feed = new SimulatedFeed(60, EXPLORATION);
    int held = 0;
    int inside = 0;
    int seeds = 200;
    for (int seed = 0; seed < seeds; seed++) {
      List<Page> pages = feed.serve(seed);
      List<ServedChoice> choices = SimulatedFeed.choices(pages, seed);
      PolicyEstimate sharp = PolicyEstimate.of(SHARP, "click", choices);
      held +=
          sharp.interval().contains(SimulatedFeed.truth(pages, PolicyEstimateTest::sharp)) ? 1 : 0;
      PolicyEstimate oracle = PolicyEstimate.of(oracle(pages, choices), "click", choices);
      inside += oracle.interval().contains(oracleTruth(pages)) ? 1 : 0;
    }
    assertThat(held).isBetween((int) (0.9 * seeds), seeds);
    assertThat(inside).isBetween((int) (0.9 * seeds), seeds);
  }

  @Test
  void policy_thatWasServed_hasItsOwnMeanAndFullEffectiveSize() {
    List<ServedChoice> choices =
        SimulatedFeed.choices(new SimulatedFeed(60, EXPLORATION).serve(1), 1);
    PolicyEstimate estimate = PolicyEstimate.of(DrawPolicy.parse("drawn=0.5"), "click", choices);
    assertThat(estimate.snips().value()).isCloseTo(estimate.logged(), within(1e-9));
    assertThat(estimate.ips().value()).isCloseTo(estimate.logged(), within(1e-9));
    assertThat(estimate.effectiveSize()).isCloseTo(choices.size(), within(1e-6));
    assertThat(estimate.size().choices()).isEqualTo(choices.size());
  }

  @Test
  void of_choiceThatTheLogCouldNotMake_isRefused() {
    List<ServedChoice> choices =
        SimulatedFeed.choices(new SimulatedFeed(60, EXPLORATION).serve(1), 1);
    List<OptionalLong> items = new ArrayList<>();
    choices.forEach(choice -> items.add(OptionalLong.of(choice.item())));
    items.set(7, OptionalLong.of(-1));
    items.set(8, OptionalLong.empty());
    assertThatThrownBy(
            () -> PolicyEstimate.of(new ChosenPolicy("x", choices, items), "click", choices))
        .isInstanceOf(PolicyException.class)
        .hasMessage(
            "policy x refused: choices that the log's draws could make expected, got 2 of %s that"
                    .formatted(choices.size())
                + " they could not");
  }

  @Test
  void of_tooFewChoicesOfItsOwn_isRefused() {
    List<ServedChoice> choices =
        SimulatedFeed.choices(new SimulatedFeed(60, EXPLORATION).serve(1), 1);
    assertThatThrownBy(
            () -> PolicyEstimate.of(DrawPolicy.parse("drawn=0"), "click", choices.subList(0, 150)))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("an effective sample size of at least 100 and 20 users expected, got")
        .hasMessageContaining("(of 150 choices)");
    assertThatThrownBy(() -> PolicyEstimate.of(SHARP, "click", List.of()))
        .hasMessageContaining("slate.exploration");
    assertThatThrownBy(() -> PolicyEstimate.of(SHARP, "applaud", choices))
        .hasMessageContaining("places with and without the action 'applaud' expected");
  }

  @Test
  void drawPolicy_withoutLoggedCandidates_canOnlyBeNone() {
    List<ServedChoice> choices =
        SimulatedFeed.choices(new SimulatedFeed(60, EXPLORATION).serve(1), 1).stream()
            .map(
                choice ->
                    new ServedChoice(
                        choice.page(),
                        choice.place(),
                        choice.item(),
                        choice.propensity(),
                        choice.explored(),
                        Optional.empty(),
                        Set.copyOf(choice.actions())))
            .toList();
    assertThat(PolicyEstimate.of(DrawPolicy.parse("drawn=0"), "click", choices).snips().value())
        .isPositive();
    assertThatThrownBy(() -> PolicyEstimate.of(SHARP, "click", choices))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("slate.exploration.logCandidates: true expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "drawn",
        "drawn=",
        "drawn=x",
        "drawn=2",
        "drawn=-1",
        "drawn=0,drawn=1",
        "temperature=1,bonus=1",
        "drawn=1,temperature=1",
        "drawn=1,bonus=1",
        "drawn=1,temperature=0,bonus=1",
        "drawn=1,temperature=1,bonus=-1",
        "drawn=1,pool=3",
        "drawn=NaN",
        "drawn=1,temperature=NaN,bonus=0"
      })
  void parse_wrong_isRefused(String text) {
    assertThatThrownBy(() -> DrawPolicy.parse(text))
        .isInstanceOf(PolicyException.class)
        .hasMessageStartingWith("policy: ");
  }

  @Test
  void parse_right_isNamedAsWritten() {
    assertThat(DrawPolicy.parse("drawn=0.4, temperature=0.1,bonus=0.2").name())
        .isEqualTo("drawn=0.4,temperature=0.1,bonus=0.2");
    assertThat(DrawPolicy.parse("drawn=0").name()).isEqualTo("drawn=0.0");
  }
}
