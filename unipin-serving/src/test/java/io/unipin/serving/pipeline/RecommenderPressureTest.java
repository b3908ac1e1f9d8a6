package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests requests without enough time or memory. */
final class RecommenderPressureTest extends RecommenderFixture {
  @Test
  void retrieveAndRank_stoppedAtAnyStage_leavesNoLeaseAndStaysRight() {
    for (int checks = 0; checks < 8; checks++) {
      String user = "user" + checks;
      record(user, 0, 5);
      UserInput input = new UserInput(user, null, actions(5, 6), "home", NOW);
      StageClock clock = clock(new CountdownBudget(checks));
      assertThatThrownBy(() -> recommender.retrieveAndRank(bundle, query(input), clock))
          .isInstanceOfSatisfying(
              ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.DEADLINE));
      // Each stage makes one native call at most. No stage began after the check that stopped the
      // request.
      assertThat(clock.spent()).hasSizeLessThanOrEqualTo(checks);
      assertThat(cache.stats().leases()).isZero();
      assertEqualItems(uncached(user).items(), page(user, "").items());
    }
  }

  /** Every stage takes 10 ms. If the time suffices, 20 candidates are scored. */
  @Test
  void retrieveAndRank_littleTime_takesTheStepsOfTheLadderAndNamesThem() {
    record("a", 0, 5);
    Page whole = hurried("a", 1000);
    assertThat(whole.trace().degradations()).isEmpty();
    assertEqualItems(whole.items(), hurried("a", 13).items());

    Page fewer = hurried("a", 9);
    assertThat(fewer.trace().degradations()).containsExactly("fewer_candidates");
    assertThat(fewer.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(fewer.items()).hasSize(PAGE).allMatch(item -> item.probabilities().length == 3);

    Page unscored = hurried("a", 1);
    assertThat(unscored.trace().degradations()).containsExactly("retrieval_scores");
    assertThat(unscored.items())
        .hasSize(PAGE)
        .allMatch(item -> item.probabilities().length == 0)
        .allMatch(item -> item.utility() == item.retrievalScore())
        .isSortedAccordingTo((one, other) -> Float.compare(other.utility(), one.utility()));
  }

  @Test
  void retrieveAndRank_noTimeForTheHistory_readsTheNewestAndKeepsNothing() {
    record("a", 0, 5);
    hurried("a", 1000);
    record("b", 0, 12);
    Page shorter = hurried("b", 50);
    assertThat(shorter.trace().degradations()).containsExactly("shorter_history");
    assertThat(shorter.trace().historyActions()).isEqualTo(6);
    assertThat(shorter.trace().cache()).isEqualTo(KvOutcome.UNCACHED);
    assertThat(cache.stats().entries()).isEqualTo(1);
    assertThat(cache.stats().leases()).isZero();
    Page whole = page("b", "");
    assertThat(whole.trace().cache()).isEqualTo(KvOutcome.PREFILL);
    assertThat(whole.trace().historyActions()).isEqualTo(12);
    assertEqualItems(uncached("b").items(), whole.items());

    assertThatThrownBy(() -> hurried("c", 20))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.DEADLINE));
    assertThat(cache.stats().leases()).isZero();
  }

  /**
   * Requests a page with a constant amount of time left. On the request's clock every stage takes
   * 10 ms.
   */
  private Page hurried(String user, int remainingMs) {
    CallBudget budget =
        new CallBudget() {
          @Override
          public void check() {}

          @Override
          public Duration remaining() {
            return Duration.ofMillis(remainingMs);
          }
        };
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    return recommender.retrieveAndRank(
        bundle, query(input), new StageClock(budget, () -> TIME.addAndGet(10_000_000)));
  }

  @Test
  void retrieveAndRank_noRoomForState_isOverloaded() {
    try (UserKvCache none = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 0))) {
      UserInput user = new UserInput("u", null, List.of(), "home", NOW);
      assertThatThrownBy(
              () -> recommender(none).retrieveAndRank(bundle, query(user), clock(NO_LIMIT)))
          .satisfies(
              e -> assertThat(ServingException.of(e).kind()).isEqualTo(FailureKind.OVERLOADED));
    }
  }
}
