package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.Retrieval;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests the contents of pages, retrievals and rankings. */
final class RecommenderTest extends RecommenderFixture {
  @Test
  void retrieve_severalQueries_givesDistinctItemsBestFirst() {
    record("u", 0, 6);
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    Wishes wishes = new Wishes(Map.of("click", 1f, "save", 1f), Map.of(), new long[0], false);
    RetrievalQuery query = new RetrievalQuery("r", user, wishes, 12);
    Recommender several = recommender(cache, new RetrievalConfig(20, 0, 1.2, true, 4, 0, 0));
    List<Candidate> found = several.retrieve(bundle, query, clock(NO_LIMIT)).items();
    assertThat(found).hasSize(12).doesNotHaveDuplicates();
    assertThat(found).isSortedAccordingTo(Comparator.comparing(Candidate::score).reversed());
  }

  @Test
  void retrieveAndRank_unknownUser_isServed() {
    Page page = page("nobody", "");
    assertThat(page.items()).hasSize(PAGE);
    assertThat(page.trace().historyActions()).isZero();
  }

  @Test
  void retrieveAndRank_pages_neverRepeat() {
    record("u", 0, 5);
    Set<Long> served = new HashSet<>();
    String cursor = "";
    int pages = 0;
    do {
      Page page = page("u", cursor);
      for (RankedItem item : page.items()) {
        assertThat(served.add(item.id())).isTrue();
      }
      cursor = page.nextCursor();
      record("u", 5 + pages, 6 + pages);
      pages++;
    } while (!cursor.isEmpty());
    assertThat(pages).isGreaterThan(5);
  }

  @Test
  void retrieveAndRank_seenAndExcluded_areLeftOut() {
    record("u", 0, 12);
    Page page = page("u", "", new Wishes(Map.of(), Map.of(), new long[] {1030, 1031}, false), 50);
    assertThat(page.items())
        .extracting(RankedItem::id)
        .allSatisfy(id -> assertThat(id).isGreaterThanOrEqualTo(1012))
        .doesNotContain(1030L, 1031L)
        .hasSize(TinyBundles.ITEMS - 14);
    assertThat(page.nextCursor()).isEmpty();
    Wishes all = new Wishes(Map.of(), Map.of(), new long[0], true);
    assertThat(page("u", "", all, 50).items()).hasSize(50);
  }

  @Test
  void retrieveAndRank_categoriesAndAge_areKept() {
    Wishes all = wishes(Set.of("all", "other"), 0);
    assertThat(page("u", "", all, 50).items()).hasSize(50);
    assertThat(page("u", "", wishes(Set.of("other"), 0), 50).items()).isEmpty();
    // The age of all items in the catalogue is unknown.
    assertThat(page("u", "", wishes(Set.of(), NOW - 1), 50).items()).isEmpty();
  }

  private static Wishes wishes(Set<String> categories, long createdSinceMs) {
    return new Wishes(Map.of(), Map.of(), new long[0], true, categories, createdSinceMs);
  }

  @Test
  void rank_callersItems_ordersKnownAndNamesUnknown() {
    record("u", 0, 4);
    UserInput user = new UserInput("u", null, List.of(), "search", NOW);
    RankingQuery query =
        new RankingQuery(
            "r",
            user,
            new Wishes(Map.of(), Map.of("hide", -1f), new long[0], false),
            new long[] {1001, 7, 1002, 1003});
    Ranking ranking = recommender.rank(bundle, query, clock(NO_LIMIT));
    assertThat(ranking.items())
        .extracting(RankedItem::id)
        .containsExactlyInAnyOrder(1001L, 1002L, 1003L);
    assertThat(ranking.trace().unknownItems()).containsExactly(7L);
    for (RankedItem item : ranking.items()) {
      assertThat(item.utility()).isEqualTo(-item.probabilities()[2]);
      RankingQuery alone = new RankingQuery("r", user, query.wishes(), new long[] {item.id()});
      assertThat(recommender.rank(bundle, alone, clock(NO_LIMIT)).items().get(0).utility())
          .isCloseTo(item.utility(), within(1e-5f));
    }
  }

  @Test
  void retrieve_returnsBestFirst() {
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    Wishes wishes = new Wishes(Map.of("save", 1f), Map.of(), new long[0], false);
    Retrieval retrieval =
        recommender.retrieve(bundle, new RetrievalQuery("r", user, wishes, 7), clock(NO_LIMIT));
    assertThat(retrieval.items()).hasSize(7);
    List<Float> scores = retrieval.items().stream().map(Candidate::score).toList();
    assertThat(scores).isSortedAccordingTo((one, other) -> Float.compare(other, one));
  }

  @Test
  void retrieveAndRank_unknownHistoryItem_isNamed() {
    RecordedAction odd = new RecordedAction(5, List.of("never-heard"), "nowhere", 1);
    histories.append("u", List.of(new ActionEvent("e", odd)));
    Page page = page("u", "");
    assertThat(page.trace().unknownItems()).containsExactly(5L);
    assertThat(page.trace().historyActions()).isEqualTo(1);
  }
}
