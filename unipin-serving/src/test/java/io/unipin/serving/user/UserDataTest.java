package io.unipin.serving.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.ExperimentsConfig;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.log.Slate;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class UserDataTest {
  @TempDir Path folder;

  private final List<String> refreshed = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final List<Long> lifetimes = new ArrayList<>();
  private boolean shadowWorks = true;
  private HistoryStore histories;
  private UserKvCache cache;
  private ServedLog served;
  private ExposureLog exposures;
  private final ImpressionCounts impressions = ImpressionCounts.inMemory(1 << 20);
  private UserData users;

  @BeforeEach
  void open() {
    histories = HistoryStore.open(new HistoryConfig(folder.resolve("history"), 100, false));
    cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 0));
    served = ServedLog.open(log("served"));
    exposures =
        ExposureLog.open(
            new Experiments(new ExperimentsConfig("s", 0, Map.of())), log("exposures"));
    users =
        new UserData(
            new UserData.Parts(
                histories, cache, served, exposures, impressions, ActionJournal.NONE),
            refreshed::add,
            List.of(new UserStore("shadow", this::eraseFromShadow)));
  }

  @AfterEach
  void close() {
    served.close();
    exposures.close();
    cache.close();
    histories.close();
  }

  private boolean eraseFromShadow(String user) {
    asked.add(user);
    lifetimes.add(histories.read(user).lifetime());
    if (!shadowWorks) {
      throw new IllegalStateException("the shadow fails");
    }
    return false;
  }

  private ServedLogConfig log(String name) {
    return new ServedLogConfig(
        true, folder.resolve(name), 100, new ByteSize(1 << 20), Duration.ofMillis(1));
  }

  private static ActionEvent event(String id) {
    return new ActionEvent(id, new RecordedAction(1, List.of("click"), "home", 1000));
  }

  private String log() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder.resolve("served"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void erase_oneStoreFails_reachesAllOthersAndNamesIt() throws IOException {
    users.record("gone", List.of(event("e1")));
    users.served(
        new Slate("r1", "gone", 1, "home", "arm", "b", "i", new long[] {1}), users.mark("gone"));
    shadowWorks = false;
    Erasure erasure = users.erase("gone");
    assertThat(erasure).isEqualTo(new Erasure(true, List.of("shadow")));
    assertThatThrownBy(erasure::complete)
        .isInstanceOfSatisfying(
            ServingException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.INTERNAL))
        .hasMessageContaining("not erased from: shadow");
    assertThat(histories.read("gone").lifetime()).isZero();
    assertThat(log()).doesNotContain("gone").doesNotContain("r1").doesNotContain("e1");
    shadowWorks = true;
    assertThat(users.erase("gone").complete()).isFalse();
    assertThat(asked).containsExactly("gone", "gone");
  }

  /**
   * An {@link ErasureSpread} that records the order of its own calls and of the erasures of stores.
   */
  private final class Spread implements ErasureSpread {
    private final List<String> calls = new ArrayList<>();
    private boolean works = true;

    @Override
    public void announce(String user, long timeMs) {
      calls.add("announced with " + histories.read(user).lifetime());
      if (!works) {
        throw ServingException.unavailable("the log is away", Duration.ofMillis(1), null);
      }
    }

    @Override
    public Answers await(String user, long timeMs, boolean existed) {
      calls.add("awaited with " + histories.read(user).lifetime());
      assertThat(histories.erasedMs(user)).hasValue(timeMs);
      return new Answers(true, List.of("one"), List.of("two"), List.of());
    }
  }

  private UserData spreading(ErasureSpread spread) {
    return new UserData(
        new UserData.Parts(
            histories, cache, served, exposures, impressions, ActionJournal.NONE, spread),
        refreshed::add,
        List.of());
  }

  @Test
  void erase_inAFleet_isAnnouncedFirstAndAwaitedLast() {
    Spread spread = new Spread();
    UserData spreading = spreading(spread);
    spreading.record("gone", List.of(event("e1")));
    Erasure erasure = spreading.erase("gone").whole();
    assertThat(spread.calls).containsExactly("announced with 1", "awaited with 0");
    assertThat(erasure.replicas().unconfirmed()).containsExactly("two");
    assertThat(spreading.erase("gone").existed()).isTrue(); // another replica held data of the user
  }

  @Test
  void erase_whenItCantBeAnnounced_erasesHereAndNamesTheOthers() {
    Spread spread = new Spread();
    spread.works = false;
    UserData spreading = spreading(spread);
    spreading.record("gone", List.of(event("e1")));
    assertThat(spreading.erase("gone").missed()).containsExactly("other replicas");
    assertThat(histories.read("gone").lifetime()).isZero();
    assertThat(spread.calls).hasSize(1);
  }

  @Test
  void served_pageOfAUser_countsItsItemsOnce() {
    Slate slate = new Slate("r1", "u", 1, "home", "arm", "b", "i", new long[] {1, 2});
    users.served(slate, users.mark("u"));
    users.served(slate, users.mark("u"));
    impressions.publish();
    assertThat(impressions.read("home", new long[] {1, 2, 3}).impressions())
        .containsExactly(1, 1, 0);
  }

  /** The count of the page stays, because it says nothing about the user. */
  @Test
  void served_afterAnErasure_remembersNoPageOfTheUser() {
    UserMark mark = users.mark("gone");
    users.erase("gone");
    users.served(new Slate("r1", "gone", 1, "home", "arm", "b", "i", new long[] {1}), mark);
    assertThat(impressions.erase("gone")).isFalse();
    impressions.publish();
    assertThat(impressions.read("home", new long[] {1}).impressions()).containsExactly(1);
  }

  /**
   * The history is erased first. So a store that reads the history during its own erasure can't
   * store the user's data again.
   */
  @Test
  void erase_shadowReadsWhenItIsAsked_findsNoHistory() {
    users.record("gone", List.of(event("e1")));
    assertThat(users.erase("gone").complete()).isTrue();
    assertThat(lifetimes).containsExactly(0L);
  }

  @Test
  void erase_logsFail_reachesTheHistoryAndARetryFinishes() throws IOException {
    users.record("gone", List.of(event("e1")));
    served.close();
    Path segment;
    try (Stream<Path> files = Files.list(folder.resolve("served"))) {
      segment = files.filter(file -> file.toString().endsWith(".jsonl")).findFirst().orElseThrow();
    }
    Path aside = Files.move(segment, folder.resolve("aside"));
    Files.createDirectory(segment);
    assertThat(users.erase("gone").missed()).containsExactly("served log");
    assertThat(histories.read("gone").lifetime()).isZero();
    Files.delete(segment);
    Files.move(aside, segment);
    assertThat(users.erase("gone").complete()).isTrue();
    assertThat(log()).doesNotContain("gone");
  }

  @Test
  void record_again_isLoggedAgainSoThatACrashLosesNothing() throws IOException {
    assertThat(histories.append("u", List.of(event("e1"))).recorded()).isEqualTo(1);
    // Simulates a server that ended before it logged the event. The caller then sends the event
    // again.
    assertThat(users.record("u", List.of(event("e1")))).isEqualTo(new AppendResult(0, 1));
    served.close();
    assertThat(log()).contains("\"event\":\"e1\"");
    assertThat(refreshed).isEmpty();
  }

  @Test
  void record_newEvent_tellsWhoEncodesAhead() {
    users.record("u", List.of(event("e1")));
    assertThat(refreshed).containsExactly("u");
  }

  @Test
  void served_erasedMeanwhile_isNotLogged() throws IOException {
    UserMark mark = users.mark("gone");
    users.erase("gone");
    users.served(new Slate("r1", "gone", 1, "home", "arm", "b", "i", new long[] {1}), mark);
    served.close();
    assertThat(log()).doesNotContain("gone");
  }
}
