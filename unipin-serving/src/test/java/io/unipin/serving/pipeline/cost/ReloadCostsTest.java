package io.unipin.serving.pipeline.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.ReloadChoice;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Tests the choice between reading rows from a tier and encoding them, on a clock that the test
 * sets.
 */
final class ReloadCostsTest {
  private static final long MS = 1_000_000;
  private static final int ROWS = 101;
  private static final long BYTES = 1 << 20;
  private static final ModelConfig SHAPE =
      new ModelConfig(
          1000, 0, 64, 64, 2, 2, 2, 256, 128, List.of("click"), List.of("click"), List.of("home"));
  private static final ReloadChoice.Question QUESTION = new ReloadChoice.Question("tier", 0, ROWS);
  private static final ReloadChoice.Offer WHOLE = offer(QUESTION, ROWS, true);

  private final AtomicLong now = new AtomicLong();
  private final StageCosts stages = new StageCosts();
  private final ReloadCosts costs = new ReloadCosts();
  private Duration time = Duration.ofSeconds(1);

  private static ReloadChoice.Offer offer(ReloadChoice.Question question, int held, boolean whole) {
    return new ReloadChoice.Offer(question, held, whole, BYTES);
  }

  private ReloadChoice choice() {
    StageClock clock =
        new StageClock(
            new CallBudget() {
              @Override
              public void check() {}

              @Override
              public Duration remaining() {
                return time;
              }
            },
            now::get);
    clock.enter(Stage.CACHE);
    return costs.choice(new CostedModel(SHAPE, stages), clock);
  }

  private void encoded(long millis) {
    long size = Ladder.encodeSize(SHAPE, ROWS, ROWS);
    stages.took(Stage.ENCODE, size, millis * MS, now.addAndGet(millis * MS));
  }

  private void read(long millis) {
    now.addAndGet(millis * MS);
    choice().took(WHOLE, BYTES, millis * MS);
  }

  @Test
  void pays_withoutMeasurements_reads() {
    assertThat(choice().pays(WHOLE)).isTrue();
    encoded(10);
    assertThat(choice().pays(WHOLE)).isTrue();
  }

  /**
   * The first reads of a process are slow because they load classes. These reads must not count.
   */
  @Test
  void pays_afterSlowFirstReads_reads() {
    encoded(10);
    read(500);
    read(500);
    encoded(10);
    assertThat(choice().pays(WHOLE)).isTrue();
  }

  @Test
  void pays_byTheSmallerTime() {
    warmUp();
    encoded(10);
    read(2);
    assertThat(choice().pays(WHOLE)).isTrue();
    for (int i = 0; i < 9; i++) {
      read(20);
    }
    encoded(10);
    assertThat(choice().pays(WHOLE)).isFalse();
  }

  @Test
  void pays_withRowsLeftToEncode_addsTheirTime() {
    warmUp();
    encoded(10);
    read(4);
    assertThat(choice().pays(offer(QUESTION, 70, false))).isTrue();
    assertThat(choice().pays(offer(QUESTION, 20, false))).isFalse();
  }

  @Test
  void pays_withoutTheTimeToRead_declines() {
    warmUp();
    encoded(100);
    read(50);
    time = Duration.ofMillis(40);
    assertThat(choice().pays(WHOLE)).isFalse();
    time = Duration.ofMillis(60);
    assertThat(choice().pays(WHOLE)).isTrue();
  }

  /** A disk that was slow for a while must be used again once it is fast. */
  @Test
  void pays_afterADisturbance_recoversByItself() {
    warmUp();
    for (int i = 0; i < 9; i++) {
      encoded(10);
      read(1);
    }
    for (int i = 0; i < 9; i++) {
      read(400);
    }
    encoded(10);
    assertThat(choice().pays(WHOLE)).isFalse();
    int reads = 0;
    for (int request = 0; request < 400; request++) {
      if (choice().pays(WHOLE)) {
        reads++;
        read(1);
      } else {
        encoded(10);
      }
    }
    assertThat(reads).isGreaterThan(100);
    assertThat(choice().pays(WHOLE)).isTrue();
  }

  /** A slow tier must not spoil the estimates of a fast tier. */
  @Test
  void pays_ofAnotherTier_hasItsOwnTimes() {
    warmUp();
    encoded(10);
    for (int i = 0; i < 9; i++) {
      read(400);
    }
    encoded(10);
    ReloadChoice.Question other = new ReloadChoice.Question("other", 0, ROWS);
    assertThat(choice().pays(WHOLE)).isFalse();
    assertThat(choice().pays(offer(other, ROWS, true))).isTrue();
  }

  private void answered(long millis) {
    now.addAndGet(millis * MS);
    choice().answered(QUESTION, millis * MS);
  }

  @Test
  void patience_isTheTimeOfEncodingAndAtMostHalfOfWhatIsLeft() {
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ofMillis(500));
    encoded(100);
    assertThat(choice().patience(QUESTION).toMillis()).isBetween(99L, 100L);
    time = Duration.ofMillis(60);
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ofMillis(30));
    time = Duration.ZERO;
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ZERO);
  }

  /**
   * A tier is not asked while it answers more slowly than rows can be encoded. The tier is asked
   * again once it is fast.
   */
  @Test
  void patience_ofATierThatWasSlow_recoversByItself() {
    for (int i = 0; i < 11; i++) {
      encoded(10);
      answered(50);
    }
    encoded(10);
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ZERO);
    int asked = 0;
    for (int request = 0; request < 400; request++) {
      if (!choice().patience(QUESTION).isZero()) {
        asked++;
        answered(1);
      } else {
        encoded(10);
      }
    }
    assertThat(asked).isGreaterThan(100);
    assertThat(choice().patience(QUESTION)).isPositive();
  }

  /** A request with little time must not make a slow tier look fast to all other requests. */
  @Test
  void patience_afterRequestsWithLittleTimeGotNoAnswer_staysAsItWas() {
    for (int i = 0; i < 11; i++) {
      encoded(30);
      answered(400);
    }
    now.addAndGet(1500 * MS);
    for (int i = 0; i < 3; i++) {
      choice().unanswered(QUESTION, 10 * MS);
    }
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ZERO);
  }

  @Test
  void patience_ofATierThatGivesNoAnswer_endsTheQuestions() {
    for (int i = 0; i < 11; i++) {
      encoded(10);
      answered(1);
    }
    for (int i = 0; i < 9; i++) {
      now.addAndGet(20 * MS);
      choice().unanswered(QUESTION, 20 * MS);
    }
    assertThat(choice().patience(QUESTION)).isEqualTo(Duration.ZERO);
  }

  /** A read with little time must not make slow reads look fast to all other requests. */
  @Test
  void pays_afterReadsWithLittleTimeBroughtNothing_staysAsItWas() {
    for (int i = 0; i < 11; i++) {
      encoded(30);
      read(400);
    }
    now.addAndGet(1500 * MS);
    for (int i = 0; i < 3; i++) {
      choice().failed(WHOLE, 10 * MS);
    }
    assertThat(choice().pays(WHOLE)).isFalse();
  }

  @Test
  void pays_ofATierWhoseReadsBringNothing_endsTheReads() {
    for (int i = 0; i < 11; i++) {
      encoded(10);
      read(1);
    }
    for (int i = 0; i < 9; i++) {
      now.addAndGet(20 * MS);
      choice().failed(WHOLE, 20 * MS);
    }
    assertThat(choice().pays(WHOLE)).isFalse();
  }

  private void warmUp() {
    read(1);
    read(1);
  }
}
