package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.Corrections.Change;
import io.unipin.serving.history.Corrections.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tests that every history store must pass. A caller can't see which store it uses. */
@Timeout(120)
public abstract class HistoryContract {
  protected static final int LIMIT = 8;

  /** Opens the store. The store contains the data that earlier stores of this test have written. */
  protected abstract HistoryStore open();

  @Test
  void read_unknownUser_isEmpty() {
    try (HistoryStore store = open()) {
      assertThat(store.read("nobody")).isEqualTo(UserHistory.EMPTY);
    }
  }

  @Test
  void append_survivesRestart() {
    RecordedAction click = new RecordedAction(7, List.of("click", "save"), "home", 1000);
    RecordedAction seen = new RecordedAction(Long.MAX_VALUE, List.of(), "search", 2000);
    byte[] secret;
    try (HistoryStore store = open()) {
      AppendResult result =
          store.append("u", List.of(new ActionEvent("1", click), new ActionEvent("2", seen)));
      assertThat(result).isEqualTo(new AppendResult(2, 0));
      secret = store.secret();
    }
    try (HistoryStore store = open()) {
      assertThat(store.read("u")).isEqualTo(new UserHistory(2, List.of(click, seen)));
      assertThat(store.append("u", List.of(new ActionEvent("2", seen))))
          .isEqualTo(new AppendResult(0, 1));
      assertThat(store.secret()).isEqualTo(secret).hasSize(32);
    }
  }

  @Test
  void append_sameEventTwiceInOneCall_countsOnce() {
    try (HistoryStore store = open()) {
      assertThat(store.append("u", List.of(event(1, 10), event(1, 10), event(2, 20))))
          .isEqualTo(new AppendResult(2, 1));
      assertThat(store.append("other", List.of(event(1, 10)))).isEqualTo(new AppendResult(1, 0));
      assertThat(store.read("u").lifetime()).isEqualTo(2);
    }
  }

  @Test
  void append_lateEvent_takesItsPlaceByTime() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10), event(3, 30)));
      store.append("u", List.of(event(2, 20), event(4, 30), event(0, 5)));
      assertThat(store.read("u").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  @Test
  void append_beyondLimit_keepsNewestAndCountsAll() {
    try (HistoryStore store = open()) {
      for (int i = 0; i < 3 * LIMIT; i++) {
        store.append("u", List.of(event(i, i)));
      }
      UserHistory history = store.read("u");
      assertThat(history.lifetime()).isEqualTo(3 * LIMIT);
      assertThat(history.newest())
          .extracting(RecordedAction::itemId)
          .containsExactlyElementsOf(
              IntStream.range(2 * LIMIT, 3 * LIMIT).mapToObj(Long::valueOf).toList());
      // The action is too old to be kept, but the store remembers its event.
      assertThat(store.append("u", List.of(event(99, -1)))).isEqualTo(new AppendResult(1, 0));
      assertThat(store.append("u", List.of(event(99, -1)))).isEqualTo(new AppendResult(0, 1));
      assertThat(store.read("u").lifetime()).isEqualTo(3 * LIMIT + 1);
    }
  }

  @Test
  void retract_survivesRestart() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10), event(2, 20)));
      assertThat(store.retract("u", List.of("event-1", "event-3"), 0))
          .isEqualTo(new RetractResult(1, 1, 0, 0, 0, 0));
    }
    try (HistoryStore store = open()) {
      assertThat(store.read("u").newest()).extracting(RecordedAction::itemId).containsExactly(2L);
      assertThat(store.append("u", List.of(event(1, 10), event(3, 30))))
          .isEqualTo(new AppendResult(0, 1, 0, 1, 0));
      ActionEvent again = new ActionEvent("event-3", 1, event(3, 30).action());
      assertThat(store.append("u", List.of(again))).isEqualTo(new AppendResult(0, 0, 1, 0, 0));
      assertThat(store.read("u").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(2L, 3L);
      assertThat(store.read("u").lifetime()).isEqualTo(2);
    }
  }

  @Test
  void use_afterClose_isUnavailable() {
    HistoryStore store = open();
    store.close();
    store.close();
    assertThatThrownBy(() -> store.read("u"))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
  }

  @Test
  @Timeout(30)
  void append_fromManyThreads_losesNothing() throws Exception {
    int threads = 4;
    int each = 50;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (HistoryStore store = open()) {
      List<Future<?>> futures =
          IntStream.range(0, threads)
              .<Future<?>>mapToObj(
                  thread ->
                      pool.submit(
                          () -> {
                            for (int i = 0; i < each; i++) {
                              int id = thread * each + i;
                              RecordedAction action =
                                  new RecordedAction(id, List.of("a" + id), "s" + id % 7, id);
                              store.append("u", List.of(new ActionEvent("e" + id, action)));
                            }
                          }))
              .toList();
      for (Future<?> future : futures) {
        future.get();
      }
      UserHistory history = store.read("u");
      assertThat(history.lifetime()).isEqualTo((long) threads * each);
      assertThat(history.newest())
          .allSatisfy(
              action -> assertThat(action.actions()).containsExactly("a" + action.itemId()));
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void append_equalTimesAndContents_areOrderedAlike() {
    List<RecordedAction> actions =
        List.of(
            new RecordedAction(Long.MIN_VALUE, List.of("ünïcode", "a\0b", ""), "", -3),
            new RecordedAction(Long.MAX_VALUE, List.of(), "sürface \u4e2d", 1_700_000_000_000L),
            new RecordedAction(-1, List.of("a"), "home", 1_700_000_000_000L),
            new RecordedAction(0, List.of("a", "b"), "home", 0));
    try (HistoryStore store = open()) {
      List<ActionEvent> events = new ArrayList<>();
      for (RecordedAction action : actions) {
        events.add(new ActionEvent("e" + events.size(), action));
      }
      store.append("u", events);
      List<Change> changes = new ArrayList<>();
      events.forEach(
          event -> changes.add(new Recorded(event.eventId(), event.revision(), event.action())));
      assertThat(store.read("u")).isEqualTo(Corrections.truth(changes, LIMIT));
    }
  }

  /**
   * If two records of an event have the same revision, the greater content is valid. The order of
   * arrival does not matter.
   */
  @Test
  void append_oneRevisionWithTwoContents_keepsTheGreater() {
    List<RecordedAction> rising =
        List.of(
            new RecordedAction(Long.MIN_VALUE, List.of(), "home", 5),
            new RecordedAction(-1, List.of(), "home", 5),
            new RecordedAction(1, List.of(), "home", 5),
            new RecordedAction(1, List.of("a"), "home", 5),
            new RecordedAction(1, List.of("a", "b"), "home", 5),
            new RecordedAction(1, List.of("a\0"), "home", 5),
            new RecordedAction(1, List.of("aa"), "home", 5),
            new RecordedAction(1, List.of("aa"), "home!", 5),
            new RecordedAction(1, List.of("ü"), "home", 5),
            new RecordedAction(0, List.of(), "home", 6));
    try (HistoryStore store = open()) {
      for (int less = 0; less < rising.size(); less++) {
        for (int more = 0; more < rising.size(); more++) {
          String user = less + "-" + more;
          store.append(user, List.of(new ActionEvent("e", rising.get(less))));
          AppendResult result = store.append(user, List.of(new ActionEvent("e", rising.get(more))));
          assertThat(store.read(user).newest()).containsExactly(rising.get(Math.max(less, more)));
          assertThat(result.corrected()).as(user).isEqualTo(more > less ? 1 : 0);
          assertThat(result.duplicates()).isEqualTo(more > less ? 0 : 1);
        }
      }
    }
  }

  @Test
  void revisions_ofTheHighestNumbers_areExact() {
    RecordedAction one = new RecordedAction(1, List.of(), "home", 10);
    RecordedAction two = new RecordedAction(2, List.of(), "home", 20);
    long most = ActionEvent.MAX_REVISION;
    try (HistoryStore store = open()) {
      store.append("u", List.of(new ActionEvent("e", most - 1, one)));
      assertThat(store.retract("u", List.of("e"), most - 2).superseded()).isEqualTo(1);
      assertThat(store.retract("u", List.of("e"), most - 1).retracted()).isEqualTo(1);
      assertThat(store.append("u", List.of(new ActionEvent("e", most, two))).corrected())
          .isEqualTo(1);
      assertThat(store.read("u").newest()).containsExactly(two);
    }
  }

  /**
   * Applies records, corrections and retractions in random orders. The history must be the same in
   * each order.
   */
  @Test
  void changes_inAnyOrder_endInOneHistory() {
    int limit = LIMIT;
    try (HistoryStore store = open()) {
      for (int seed = 0; seed < 60; seed++) {
        Random random = new Random(seed);
        int events = 4 + seed % 12;
        List<Change> changes =
            new ArrayList<>(
                Corrections.of(
                    events,
                    50,
                    UserRecord.spare(limit),
                    List.of("click", "save"),
                    new Random(events)));
        Collections.shuffle(changes, random);
        String user = "user-" + seed;
        apply(store, user, changes);
        assertThat(store.read(user))
            .as("seed %d", seed)
            .isEqualTo(Corrections.truth(changes, limit));
      }
    }
  }

  private static void apply(HistoryStore store, String user, List<Change> changes) {
    for (Change change : changes) {
      if (change instanceof Recorded recorded) {
        store.append(
            user, List.of(new ActionEvent(change.event(), change.revision(), recorded.action())));
      } else {
        store.retract(user, List.of(change.event()), change.revision());
      }
    }
  }

  @Test
  void view_ofAStoreThatAnswers_isPresent() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10)));
      HistoryView view = store.view("u", Duration.ofSeconds(2));
      assertThat(view).isEqualTo(HistoryView.present(store.read("u")));
      assertThat(view.history().lifetime()).isEqualTo(1);
    }
  }

  @Test
  void erase_leavesAMarkAndNobodyElseIsTouched() {
    long before = System.currentTimeMillis();
    try (HistoryStore store = open()) {
      store.append("gone", List.of(event(1, 10)));
      store.append("other", List.of(event(1, 10)));
      assertThat(store.erasedMs("gone")).isEmpty();
      assertThat(store.erase("gone")).isTrue();
      assertThat(store.erase("gone")).isFalse();
      assertThat(store.read("gone")).isEqualTo(UserHistory.EMPTY);
      assertThat(store.read("other").lifetime()).isEqualTo(1);
    }
    try (HistoryStore store = open()) {
      assertThat(store.erasedMs("gone").orElseThrow()).isGreaterThanOrEqualTo(before);
      assertThat(store.erasedMs("other")).isEmpty();
      assertThat(store.append("gone", List.of(event(1, 10)))).isEqualTo(new AppendResult(1, 0));
      assertThat(store.read("gone").lifetime()).isEqualTo(1);
    }
  }

  @Test
  void sample_givesAtMostAsManyAsAskedFor() {
    try (HistoryStore store = open()) {
      assertThat(store.sample(2)).isEmpty();
      for (int user = 0; user < 3; user++) {
        store.append("user-" + user, List.of(event(user, 10)));
      }
      assertThat(store.sample(0)).isEmpty();
      assertThat(store.sample(2)).hasSize(2);
      assertThat(store.sample(9)).hasSize(3);
    }
  }

  /**
   * An archive stores and returns every part that a record can have, even parts that only earlier
   * versions wrote.
   */
  @Test
  void archive_recordOfEveryKind_comesBack() {
    RecordedAction action = new RecordedAction(-7, List.of("save", "click"), "home", 1000);
    RecordedAction early = new RecordedAction(Long.MIN_VALUE, List.of(), "home", -5);
    EventVersions corrected = new EventVersions(ActionEvent.MAX_REVISION, 0);
    EventVersions taken = new EventVersions(3, ActionEvent.MAX_REVISION);
    StoredRecord record =
        new StoredRecord(
            1L << 40,
            new EventPlace(-9, -1),
            List.of(
                KeptEvent.unlinked(early),
                KeptEvent.unlinked(action),
                KeptEvent.of(-1, corrected, action),
                KeptEvent.of(1, taken, new RecordedAction(0, List.of(), "", 2000))),
            Map.of(-2L, corrected),
            Map.of(3L, ActionEvent.MAX_REVISION),
            List.of(Long.MAX_VALUE, Long.MIN_VALUE));
    byte[] key = HistoryKeys.user("u");
    try (HistoryStore store = open()) {
      assertThat(store.archive().isEmpty()).isTrue();
      store.append("u", List.of(event(1, 10)));
      store.archive().replace(key, record);
      assertThat(store.archive().isEmpty()).isFalse();
      assertThat(records(store)).containsExactly(record);
      assertThat(store.read("u"))
          .isEqualTo(new UserHistory((1L << 40) + 3, List.of(early, action, action)));
      assertThat(store.archive().forget(key)).isTrue();
      assertThat(store.archive().isEmpty()).isTrue();
      assertThat(store.archive().marks()).isEmpty();
      ErasureMark mark = store.archive().markOf(key, 5);
      store.archive().mark(mark);
      store.archive().mark(store.archive().markOf(key, 4));
      assertThat(store.archive().marks()).containsExactly(mark);
      byte[] secret = new byte[32];
      secret[0] = 1;
      store.archive().adopt(secret);
      assertThat(store.secret()).isEqualTo(secret);
    }
  }

  private static List<StoredRecord> records(HistoryStore store) {
    List<StoredRecord> all = new ArrayList<>();
    store.archive().forEach((key, record) -> all.add(record));
    return all;
  }

  protected static ActionEvent event(int item, long timeMs) {
    return new ActionEvent(
        "event-" + item, new RecordedAction(item, List.of("click"), "home", timeMs));
  }
}
