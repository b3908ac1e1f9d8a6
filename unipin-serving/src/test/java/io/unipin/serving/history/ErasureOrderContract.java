package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests a change before an erasure of its user and after it. Every history store must pass these
 * tests.
 */
@Timeout(120)
public abstract class ErasureOrderContract {
  protected static final int LIMIT = 8;

  /** Opens the store. */
  protected abstract HistoryStore open();

  protected static ActionEvent event(String id, long timeMs) {
    return new ActionEvent(id, new RecordedAction(7, List.of("click"), "home", timeMs));
  }

  /**
   * Records an event as a reader of a topic does: it leaves out actions that are older than the
   * erasure.
   */
  private static boolean take(HistoryStore store, String user, ActionEvent event) {
    while (true) {
      KnownErasure known = store.erasure(user);
      if (event.action().timeMs() <= known.timeMs()) {
        return false;
      }
      if (store.append(user, List.of(event), known).isPresent()) {
        return true;
      }
    }
  }

  @Test
  void append_erasureBetweenCheckAndChange_recordsNothing() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event("old", 10)));
      KnownErasure known = store.erasure("u");
      assertThat(known.timeMs()).isEqualTo(KnownErasure.NEVER);
      assertThat(store.erase("u", 100)).isTrue();
      assertThat(store.append("u", List.of(event("again", 20)), known)).isEmpty();
      assertThat(store.retract("u", List.of("again"), 0, known)).isEmpty();
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
      assertThat(take(store, "u", event("again", 20))).isFalse();
      assertThat(take(store, "u", event("later", 101))).isTrue();
      assertThat(store.read("u").lifetime()).isEqualTo(1);
    }
  }

  @Test
  void append_erasureAfterTheChange_erasesWhatWasRecorded() {
    try (HistoryStore store = open()) {
      KnownErasure known = store.erasure("u");
      assertThat(store.append("u", List.of(event("e", 20)), known))
          .contains(new AppendResult(1, 0));
      assertThat(store.erase("u", 100)).isTrue();
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
    }
  }

  @Test
  void append_withTheLastErasure_isMade() {
    try (HistoryStore store = open()) {
      store.erase("u", 100);
      store.erase("u", 200);
      KnownErasure known = store.erasure("u");
      assertThat(known.timeMs()).isEqualTo(200);
      assertThat(store.append("u", List.of(event("e", 300)), known)).isPresent();
      assertThat(store.retract("u", List.of("e"), 0, known).map(RetractResult::retracted))
          .contains(1);
      // a call by gRPC does not ask for the last erasure, and its events are always recorded
      assertThat(store.append("u", List.of(event("call", 50))).recorded()).isEqualTo(1);
      assertThat(store.append("other", List.of(event("e", 1)), store.erasure("other"))).isPresent();
    }
  }

  @Test
  void append_byAnotherOpening_seesTheErasure() {
    KnownErasure known;
    try (HistoryStore store = open()) {
      known = store.erasure("u");
      store.erase("u", 100);
    }
    try (HistoryStore store = open()) {
      assertThat(store.append("u", List.of(event("e", 20)), known)).isEmpty();
      assertThat(store.erasure("u").timeMs()).isEqualTo(100);
    }
  }

  @Test
  void eraseUnlessErased_secondTime_keepsWhatTheUserDidSince() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event("old", 10)));
      assertThat(store.eraseUnlessErased("u", 100)).isTrue();
      assertThat(take(store, "u", event("later", 150))).isTrue();
      assertThat(store.eraseUnlessErased("u", 100)).isFalse();
      assertThat(store.read("u").lifetime()).isEqualTo(1);
      assertThat(store.eraseUnlessErased("u", 200)).isTrue();
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
    }
  }

  /** One thread records old actions again and again, while another thread erases the user. */
  @Test
  void redeliveredRecords_whileTheUserIsErased_neverReviveTheUser() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try (HistoryStore store = open()) {
      AtomicLong clock = new AtomicLong(1);
      AtomicBoolean ends = new AtomicBoolean();
      AtomicInteger taken = new AtomicInteger();
      Future<?> taking =
          pool.submit(
              () -> {
                while (!ends.get()) {
                  long time = clock.incrementAndGet();
                  if (take(store, "u", event("e" + time, time))) {
                    taken.incrementAndGet();
                  }
                  // The user may be erased before the record is taken for the second time.
                  take(store, "u", event("e" + time, time));
                }
              });
      // On a busy machine the other thread may record its first action late.
      for (int i = 0; i < 40 || taken.get() == 0; i++) {
        long time = clock.incrementAndGet();
        store.erase("u", time);
        assertThat(store.read("u").newest()).allMatch(action -> action.timeMs() > time);
      }
      ends.set(true);
      taking.get();
      long last = clock.incrementAndGet();
      store.erase("u", last);
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
      Optional<AppendResult> old =
          store.append("u", List.of(event("old", 1)), new KnownErasure(1, Long.MAX_VALUE / 2));
      assertThat(old).isEmpty();
    } finally {
      pool.shutdownNow();
    }
  }
}
