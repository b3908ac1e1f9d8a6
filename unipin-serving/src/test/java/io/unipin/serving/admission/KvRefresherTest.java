package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class KvRefresherTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Admission admission =
      new Admission("test", 1, 64, AdmissionConfig.patient(), System::nanoTime);
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final KvRefresher refresher =
      new KvRefresher(
          admission,
          true,
          user -> {
            if (user.equals("hopeless")) {
              throw new NoClassDefFoundError("a class of the engine");
            }
            if (user.equals("broken")) {
              throw new IllegalStateException("a user that cannot be encoded");
            }
            done.add(user);
            return 1;
          });

  @AfterEach
  void close() {
    admission.close();
  }

  @Test
  void recorded_burstWhileBusy_encodesEachUserOnce() throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    for (int i = 0; i < 10; i++) {
      refresher.recorded("a");
      refresher.recorded("b");
    }
    busy.countDown();
    finish();
    assertThat(done).containsExactly("a", "b");
    assertThat(refresher.encoded()).isEqualTo(2);
  }

  @Test
  void recorded_whileRequestsWait_goesBehindThem() throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    IntStream.range(0, 40).forEach(i -> refresher.recorded("user" + i));
    for (int i = 0; i < 3; i++) {
      admission.admit(new Work("page", Priority.LIVE, LONG, () -> done.add("page")));
    }
    busy.countDown();
    finish();
    assertThat(done).hasSize(43).startsWith("page", "page", "page");
  }

  @Test
  void recorded_requestComesMeanwhile_waitsForOneUserAtMost() throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    KvRefresher slow =
        new KvRefresher(
            admission,
            true,
            user -> {
              if (done.isEmpty()) {
                admission.admit(new Work("page", Priority.LIVE, LONG, () -> done.add("page")));
              }
              done.add(user);
              return 1;
            });
    IntStream.range(0, 10).forEach(i -> slow.recorded("user" + i));
    busy.countDown();
    finish();
    assertThat(done).hasSize(11).startsWith("user0", "page", "user1");
  }

  @Test
  void recorded_noCapacity_isTriedAgainWithTheNext() throws InterruptedException {
    try (Admission full =
        new Admission("full", 1, 1, AdmissionConfig.patient(), System::nanoTime)) {
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch begun = new CountDownLatch(1);
      full.admit(new Work("page", Priority.LIVE, LONG, () -> waitFor(begun, busy)));
      begun.await();
      full.admit(new Work("page", Priority.LIVE, LONG, () -> done.add("page")));
      KvRefresher refused =
          new KvRefresher(
              full,
              true,
              user -> {
                done.add(user);
                return 1;
              });
      refused.recorded("a");
      busy.countDown();
      idle(full);
      assertThat(done).containsExactly("page");
      refused.recorded("b");
      full.drain(LONG);
      assertThat(done).containsExactly("page", "a", "b");
    }
  }

  @Test
  void recorded_userThatFails_leavesTheOthers() throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    List.of("a", "broken", "b").forEach(refresher::recorded);
    busy.countDown();
    finish();
    assertThat(done).containsExactly("a", "b");
    assertThat(refresher.skipped()).isEqualTo(1);
  }

  @Test
  void recorded_userThatRaisesAnError_leavesTheOthersAndThoseWhoComeLater()
      throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    List.of("a", "hopeless", "b").forEach(refresher::recorded);
    busy.countDown();
    idle(admission);
    refresher.recorded("c");
    finish();
    assertThat(done).containsExactly("a", "b", "c");
    assertThat(refresher.skipped()).isEqualTo(1);
  }

  @Test
  void erase_waitingUser_isForgotten() throws InterruptedException {
    CountDownLatch busy = occupyTheWorker();
    List.of("a", "b").forEach(refresher::recorded);
    refresher.erase("a");
    busy.countDown();
    finish();
    assertThat(done).containsExactly("b");
  }

  @Test
  void recorded_disabled_doesNothing() {
    KvRefresher off = new KvRefresher(admission, false, user -> done.size());
    off.recorded("a");
    finish();
    assertThat(off.encoded() + off.skipped()).isZero();
  }

  private CountDownLatch occupyTheWorker() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    admission.admit(new Work("page", Priority.LIVE, LONG, () -> waitFor(begun, busy)));
    begun.await();
    return busy;
  }

  private static boolean waitFor(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private void finish() {
    idle(admission);
    admission.drain(LONG);
  }

  /**
   * Waits until no work is left. The worker itself checks this between two calls, because no
   * running call can add work then.
   */
  private static void idle(Admission admission) {
    AtomicInteger waiting = new AtomicInteger();
    do {
      admission.onEveryWorker(() -> waiting.set(admission.waiting()));
    } while (waiting.get() > 0);
  }
}
