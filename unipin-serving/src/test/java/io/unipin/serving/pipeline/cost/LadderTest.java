package io.unipin.serving.pipeline.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.model.features.ModelConfig;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the ladder with requests of one user on a clock that the test sets. A request encodes 100
 * actions and scores 200 candidates.
 */
final class LadderTest {
  private static final long MS = 1_000_000;
  private static final int TOKENS = 101;
  private static final int CANDIDATES = 200;
  private static final int PAGE = 20;
  private static final Duration DEADLINE = Duration.ofMillis(150);
  private static final ModelConfig SHAPE = shape(2);

  private final AtomicLong now = new AtomicLong();
  private final StageCosts costs = new StageCosts();

  private static ModelConfig shape(int layers) {
    return new ModelConfig(
        1000,
        0,
        64,
        64,
        layers,
        2,
        2,
        256,
        128,
        List.of("click"),
        List.of("click"),
        List.of("home"));
  }

  private CostedModel model() {
    return new CostedModel(SHAPE, costs);
  }

  /**
   * Runs a request whose stages take the given times. Returns the steps of the ladder that the
   * request took.
   */
  private List<String> request(Duration deadline, long encodeMs, long scoreMs) {
    StageClock clock = new StageClock(new Until(now, now.get() + deadline.toNanos()), now::get);
    clock.report(costs);
    Ladder ladder =
        new Ladder(
            new DegradationConfig(true, 1.2),
            model(),
            clock,
            new Ladder.Goal(true, CANDIDATES, PAGE));
    clock.enter(Stage.CACHE);
    int read;
    try {
      read = ladder.historyTokens(model(), TOKENS, TOKENS);
    } catch (ServingException e) {
      return List.of("refused");
    }
    if (read == TOKENS) {
      run(clock, Stage.ENCODE, Ladder.encodeSize(SHAPE, read, read), encodeMs);
    }
    run(clock, Stage.QUERY, 1, 1);
    run(clock, Stage.SEARCH, 1, 2);
    int scored = ladder.scoredCandidates(CANDIDATES, read);
    if (scored == CANDIDATES) {
      run(clock, Stage.SCORE, Ladder.scoreSize(SHAPE, scored, read), scoreMs);
    }
    clock.stop();
    return ladder.steps();
  }

  private void run(StageClock clock, Stage stage, long size, long ms) {
    clock.enter(stage, size);
    now.addAndGet(ms * MS);
  }

  private void ordinary(int requests) {
    for (int i = 0; i < requests; i++) {
      assertThat(request(DEADLINE, 20, 10)).isEmpty();
      now.addAndGet(20 * MS);
    }
  }

  /**
   * Makes requests until ten in a row are not degraded. Returns the milliseconds that all of these
   * requests took.
   */
  private long wholeAgain(Duration deadline, long encodeMs, long scoreMs) {
    long begin = now.get();
    int whole = 0;
    while (whole < 10) {
      whole = request(deadline, encodeMs, scoreMs).isEmpty() ? whole + 1 : 0;
      now.addAndGet(20 * MS);
      assertThat(now.get() - begin).as("whole again").isLessThan(60_000 * MS);
    }
    return (now.get() - begin) / MS;
  }

  /** Both workers stop for 15 s during the same stage. */
  @ParameterizedTest
  @EnumSource(names = {"ENCODE", "QUERY", "SEARCH", "SCORE"})
  void pause_ofFifteenSeconds_degradesNothing(Stage stage) {
    ordinary(20);
    for (int worker = 0; worker < 2; worker++) {
      costs.of(stage).took(size(stage), 15_000 * MS, now.get());
    }
    ordinary(20);
  }

  private static long size(Stage stage) {
    return switch (stage) {
      case ENCODE -> Ladder.encodeSize(SHAPE, TOKENS, TOKENS);
      case SCORE -> Ladder.scoreSize(SHAPE, CANDIDATES, TOKENS);
      default -> 1;
    };
  }

  /** A disturbance makes the known costs of all stages about a hundred times too high. */
  @Test
  void disturbance_ofAllThatIsKnown_isOverWithinSeconds() {
    ordinary(20);
    for (Stage stage : List.of(Stage.ENCODE, Stage.QUERY, Stage.SEARCH, Stage.SCORE)) {
      for (int run = 0; run < 20; run++) {
        costs.of(stage).took(size(stage), 2000 * MS, now.get());
      }
    }
    assertThat(request(DEADLINE, 20, 10)).isNotEmpty();
    assertThat(wholeAgain(DEADLINE, 20, 10)).isLessThan(5000);
  }

  /** The first request is disturbed, so the only known costs are too high. */
  @Test
  void disturbance_ofTheFirstRequest_isOverWithinSeconds() {
    request(Duration.ofMinutes(1), 5000, 3000);
    assertThat(wholeAgain(DEADLINE, 20, 10)).isLessThan(5000);
  }

  @Test
  void slowDown_thatLasts_isLearnedAndMostRequestsAreAnsweredWithLess() {
    ordinary(20);
    for (int i = 0; i < 10; i++) {
      request(DEADLINE, 400, 10);
    }
    int lost = 0;
    for (int i = 0; i < 200; i++) {
      lost += request(DEADLINE, 400, 10).isEmpty() ? 1 : 0;
      now.addAndGet(20 * MS);
    }
    assertThat(lost).isLessThan(20);
    assertThat(wholeAgain(DEADLINE, 20, 10)).isLessThan(5000);
  }

  @Test
  void request_withoutTimeForAnything_isRefused() {
    ordinary(20);
    assertThat(request(Duration.ofMillis(1), 20, 10)).containsExactly("refused");
  }

  @Test
  void fail_stageThatFailed_teachesNothing() {
    StageClock clock = new StageClock(new Until(now, Long.MAX_VALUE), now::get);
    clock.report(costs);
    run(clock, Stage.ENCODE, 100, 1);
    clock.fail();
    assertThat(costs.of(Stage.ENCODE).expected(100, now.get())).isEqualTo(Cost.NONE);
  }

  @Test
  void size_deeperModel_isLargerByItsLayers() {
    assertThat(Ladder.encodeSize(shape(8), 5, 9)).isEqualTo(4 * Ladder.encodeSize(SHAPE, 5, 9));
    assertThat(Ladder.scoreSize(shape(8), 5, 9)).isEqualTo(4 * Ladder.scoreSize(SHAPE, 5, 9));
  }

  /** A deadline on the test's clock. */
  private record Until(AtomicLong now, long end) implements CallBudget {
    @Override
    public void check() {}

    @Override
    public Duration remaining() {
      return Duration.ofNanos(Math.max(0, end - now.get()));
    }
  }
}
