package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.history.Corrections.Change;
import io.unipin.serving.history.Corrections.Recorded;
import io.unipin.serving.history.UserRecord.Recording;
import io.unipin.serving.history.UserRecord.Retraction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UserRecordTest {
  private static final List<String> NAMES = List.of("click", "save", "hide");
  private static final int LIMIT = 16;

  /**
   * Tests records of few and many events. With 10 or 18 events, the record keeps all events. The
   * record can remember at most 34 events.
   */
  @ParameterizedTest
  @ValueSource(ints = {10, 18, 24, 34})
  void changes_inAnyOrder_endInOneHistory(int events) {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(31L * events + seed);
      int earlier = UserRecord.spare(LIMIT);
      List<Change> changes =
          new ArrayList<>(Corrections.of(events, 50, earlier, NAMES, new Random(events)));
      Collections.shuffle(changes, random);
      UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
      for (Change change : changes) {
        apply(record, change);
        if (random.nextInt(3) == 0) {
          record.trim();
          record = new UserRecord(LIMIT, record.stored());
        }
      }
      record.trim();
      assertThat(record.stored().history(LIMIT))
          .as("%d events, order %d", events, seed)
          .isEqualTo(Corrections.truth(changes, LIMIT));
      assertThat(record.forgotten()).isZero();
    }
  }

  private static void apply(UserRecord record, Change change) {
    long event = HistoryKeys.event(change.event());
    if (change instanceof Recorded recorded) {
      record.record(event, change.revision(), recorded.action());
    } else {
      record.retract(event, change.revision());
    }
  }

  @Test
  void record_again_isADuplicateUnlessItsRevisionIsHigher() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    assertThat(record.record(1, 1, at(10))).isEqualTo(Recording.RECORDED);
    assertThat(record.record(1, 1, at(10))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.record(1, 0, at(20))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.record(1, 2, at(5))).isEqualTo(Recording.CORRECTED);
    assertThat(history(record)).isEqualTo(new UserHistory(1, List.of(at(5))));
  }

  @Test
  void record_sameRevisionOtherContent_keepsTheGreaterOne() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    record.record(1, 0, at(10));
    assertThat(record.record(1, 0, at(9))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.record(1, 0, at(11))).isEqualTo(Recording.CORRECTED);
    assertThat(history(record).newest()).containsExactly(at(11));
  }

  @Test
  void retract_takesBackUpToItsRevision() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    record.record(1, 1, at(10));
    assertThat(record.retract(1, 0)).isEqualTo(Retraction.SUPERSEDED);
    assertThat(history(record).lifetime()).isEqualTo(1);
    assertThat(record.retract(1, 1)).isEqualTo(Retraction.RETRACTED);
    assertThat(record.retract(1, 1)).isEqualTo(Retraction.DUPLICATE);
    assertThat(history(record)).isEqualTo(UserHistory.EMPTY);
    assertThat(record.record(1, 1, at(10))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.record(1, 2, at(10))).isEqualTo(Recording.CORRECTED);
    assertThat(history(record)).isEqualTo(new UserHistory(1, List.of(at(10))));
  }

  @Test
  void retract_beforeTheRecord_waitsForIt() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    assertThat(record.retract(1, 0)).isEqualTo(Retraction.WAITING);
    assertThat(record.retract(1, 0)).isEqualTo(Retraction.DUPLICATE);
    assertThat(record.record(1, 0, at(10))).isEqualTo(Recording.RETRACTED);
    assertThat(history(record)).isEqualTo(UserHistory.EMPTY);
    assertThat(record.stored().waiting()).isEmpty();
  }

  @Test
  void retract_keepsNothingOfTheActionButItsTime() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    record.record(1, 0, at(10));
    record.retract(1, 0);
    assertThat(record.stored().kept())
        .extracting(KeptEvent::action)
        .containsExactly(RecordedAction.unknown(10));
  }

  @Test
  void retract_ofAnEventTooOldToBeKept_isNotCountedAnyMore() {
    UserRecord record = recorded(2 * LIMIT);
    assertThat(history(record).lifetime()).isEqualTo(2 * LIMIT);
    assertThat(record.retract(3, 0)).isEqualTo(Retraction.RETRACTED);
    assertThat(record.retract(3, 0)).isEqualTo(Retraction.DUPLICATE);
    assertThat(history(record).lifetime()).isEqualTo(2 * LIMIT - 1);
    assertThat(record.record(3, 1, at(3))).isEqualTo(Recording.CORRECTED);
    assertThat(history(record).lifetime()).isEqualTo(2 * LIMIT);
    assertThat(record.record(3, 2, at(1000))).isEqualTo(Recording.CORRECTED);
    assertThat(history(record).lifetime()).isEqualTo(2 * LIMIT);
    assertThat(history(record).newest()).endsWith(at(1000));
  }

  @Test
  void retract_moreThanCanWait_forgetsTheOldestAndCountsThem() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    for (int event = 0; event < LIMIT + 3; event++) {
      record.retract(event, 0);
    }
    record.trim();
    assertThat(record.forgotten()).isEqualTo(3);
    assertThat(record.record(2, 0, at(10))).isEqualTo(Recording.RECORDED);
    assertThat(record.record(3, 0, at(10))).isEqualTo(Recording.RETRACTED);
  }

  @Test
  void trim_manyTakenBackAndTooOld_forgetsTheFirstAndCountsThem() {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    int all = 2 * LIMIT + UserRecord.spare(LIMIT) + 2;
    for (int event = 0; event < all; event++) {
      record.record(event, 0, at(event));
      record.retract(event, 0);
      record.trim();
    }
    assertThat(record.forgotten()).isEqualTo(2);
    assertThat(record.stored().dropped()).hasSize(LIMIT);
    assertThat(record.stored().kept()).hasSize(LIMIT + UserRecord.spare(LIMIT));
    assertThat(history(record)).isEqualTo(UserHistory.EMPTY);
  }

  @Test
  void record_ofAnEventOfTheFirstFormat_isLinkedByItsContent() {
    UserRecord record =
        new UserRecord(
            LIMIT,
            new StoredRecord(
                0,
                EventPlace.BEFORE_ALL,
                List.of(KeptEvent.unlinked(at(10)), KeptEvent.unlinked(at(20))),
                Map.of(),
                Map.of(),
                List.of(1L, 2L)));
    assertThat(record.retract(1, 0)).isEqualTo(Retraction.UNLINKED);
    assertThat(record.record(1, 1, at(11))).isEqualTo(Recording.UNLINKED);
    assertThat(record.record(1, 0, at(11))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.isChanged()).isFalse();
    assertThat(record.record(1, 0, at(10))).isEqualTo(Recording.DUPLICATE);
    assertThat(record.isChanged()).isTrue();
    assertThat(history(record)).isEqualTo(new UserHistory(2, List.of(at(10), at(20))));
    assertThat(record.record(1, 1, at(11))).isEqualTo(Recording.CORRECTED);
    assertThat(record.retract(1, 1)).isEqualTo(Retraction.RETRACTED);
    assertThat(history(record)).isEqualTo(new UserHistory(1, List.of(at(20))));
  }

  private static UserRecord recorded(int events) {
    UserRecord record = new UserRecord(LIMIT, StoredRecord.EMPTY);
    LongStream.range(0, events).forEach(event -> record.record(event, 0, at(event)));
    record.trim();
    return record;
  }

  private static UserHistory history(UserRecord record) {
    return record.stored().history(LIMIT);
  }

  private static RecordedAction at(long timeMs) {
    return new RecordedAction(7, List.of("click"), "home", timeMs);
  }
}
