package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvOutcome;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RequestedHistory;
import io.unipin.serving.request.UserInput;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests when actions are encoded, and that pages are the same with and without cached state. */
final class RecommenderCacheTest extends RecommenderFixture {
  @Test
  void retrieveAndRank_sameUserAgain_hitsThenAppends() {
    record("u", 0, 6);
    Page first = page("u", "");
    assertThat(first.trace().cache()).isEqualTo(KvOutcome.PREFILL);
    assertThat(first.trace().historyActions()).isEqualTo(6);
    assertThat(first.trace().encodedActions()).isEqualTo(6);
    assertThat(first.items()).hasSize(PAGE);

    Page second = page("u", "");
    assertThat(second.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(second.trace().encodedActions()).isZero();
    assertEqualItems(first.items(), second.items());

    record("u", 6, 8);
    Page third = page("u", "");
    assertThat(third.trace().cache()).isEqualTo(KvOutcome.APPEND);
    assertThat(third.trace().encodedActions()).isEqualTo(2);
    assertEqualItems(uncached("u").items(), third.items());
  }

  @Test
  void refresh_cachedUser_makesTheNextPageAHit() {
    record("u", 0, 6);
    page("u", "");
    record("u", 6, 9);
    assertThat(recommender.isResident(bundle, "u")).isTrue();
    assertThat(recommender.refresh(bundle, "u")).isEqualTo(3);
    assertThat(recommender.refresh(bundle, "u")).isZero();
    Page page = page("u", "");
    assertThat(page.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(page.trace().encodedActions()).isZero();
    assertEqualItems(uncached("u").items(), page.items());
    assertThat(cache.stats().refreshes()).isEqualTo(1);
  }

  @Test
  void refresh_afterEveryCorrection_servesNothingThatDoesNotHold() {
    Random random = new Random(9);
    record("u", 0, 24); // more actions than the model reads
    page("u", "");
    for (int step = 0; step < 24; step++) {
      List<String> event = List.of("event" + random.nextInt(24));
      if (step % 3 == 0) {
        histories.append("u", List.of(corrected(event.get(0), 1 + step, random.nextInt(12))));
      } else {
        histories.retract("u", event, step);
      }
      if (step % 2 == 0) {
        recommender.refresh(bundle, "u");
      }
      assertEqualItems(uncached("u").items(), page("u", "").items());
    }
    assertThat(histories.read("u").lifetime()).isLessThan(TinyBundles.MAX_HISTORY);
  }

  private static ActionEvent corrected(String event, long revision, int item) {
    int number = Integer.parseInt(event.substring("event".length()));
    RecordedAction action =
        new RecordedAction(1000 + item, List.of("save"), "home", 60_000L * number);
    return new ActionEvent(event, revision, action);
  }

  @Test
  void refresh_unknownUser_encodesNothing() {
    record("u", 0, 6);
    assertThat(recommender.isResident(bundle, "u")).isFalse();
    assertThat(recommender.refresh(bundle, "u")).isZero();
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void refresh_afterEveryAction_alwaysHits() {
    page("u", "");
    for (int n = 0; n < 3 * TinyBundles.MAX_HISTORY; n++) {
      record("u", n, n + 1);
      // must also work if the history is longer than the model reads
      recommender.refresh(bundle, "u");
      Page page = page("u", "");
      assertThat(page.trace().cache()).isEqualTo(KvOutcome.HIT);
      if (n % 9 == 0) {
        assertEqualItems(uncached("u").items(), page.items());
      }
    }
  }

  @Test
  void retrieveAndRank_anyHistoryLength_equalsUncached() {
    Random random = new Random(5);
    int recorded = 0;
    for (int step = 0; step < 25; step++) {
      int more = random.nextInt(4);
      record("u", recorded, recorded + more);
      recorded += more;
      assertEqualItems(uncached("u").items(), page("u", "").items());
    }
    assertThat(recorded).isGreaterThan(2 * TinyBundles.MAX_HISTORY);
  }

  @Test
  void retrieveAndRank_recentActions_countAsRecordedAndStayPrivate() {
    for (int stored : new int[] {0, 3, 14, 16, 17, 20}) {
      String user = "user" + stored;
      record(user, 0, stored);
      page(user, "");
      UserInput input = new UserInput(user, null, actions(stored, stored + 3), "home", NOW);
      Page ahead = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
      UserInput again = new UserInput(user, null, List.of(), "home", NOW);
      recommender.retrieveAndRank(bundle, query(again), clock(NO_LIMIT));
      record(user, stored, stored + 3);
      assertEqualItems(page(user, "").items(), ahead.items());
    }
  }

  @Test
  void retrieveAndRank_wholeHistory_replacesStored() {
    record("u", 0, 4);
    UserInput input =
        new UserInput("u", new RequestedHistory(actions(20, 25), 40), List.of(), "home", NOW);
    Page given = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
    assertThat(given.trace().historyActions()).isEqualTo(5);
    Page again = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
    assertThat(again.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertEqualItems(given.items(), again.items());
  }
}
