package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScoredCandidatesTest {
  private static final int ITEMS = 300;
  private static final PageOrder ORDER = PageOrder.of(0.5f, new float[] {1, -2});

  private static final Comparator<RankedItem> BEST_FIRST =
      Comparator.comparingDouble(RankedItem::utility).reversed().thenComparingLong(RankedItem::id);

  private final ItemView items =
      ItemView.of(
          Catalogue.of(
              IntStream.range(0, ITEMS)
                  .mapToObj(
                      i -> new CatalogueItem(7 + i, "item " + i, "", FeedLog.NO_TIME, new float[0]))
                  .toList()));

  /** Returns all items as candidates in a random order, with scores that are often equal. */
  private static List<Candidate> candidates(Random random, int count) {
    List<Candidate> candidates = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      candidates.add(new Candidate(7 + row, row, (random.nextInt(9) - 4) / 4f));
    }
    Collections.shuffle(candidates, random);
    return candidates;
  }

  private List<RankedItem> sorted(List<Candidate> candidates, float[] scores) {
    List<RankedItem> expected = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      float[] own = {scores[2 * i], scores[2 * i + 1]};
      float utility = ORDER.utility(candidate.score(), own, 0);
      expected.add(
          new RankedItem(
              candidate.id(), items.title(candidate.row()), utility, own, candidate.score()));
    }
    expected.sort(BEST_FIRST);
    return expected;
  }

  /** Returns probabilities that no counts have changed. */
  private static ScoredCandidates.Scores plain(float[] scores) {
    return new ScoredCandidates.Scores(scores, scores);
  }

  @Test
  void list_randomScoresWithTies_equalsSortedItems() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      List<Candidate> candidates = candidates(random, random.nextInt(ITEMS));
      float[] scores = new float[2 * candidates.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = seed % 3 == 0 ? 0.5f : random.nextInt(5) / 4f;
      }
      List<RankedItem> ranked = new ScoredCandidates(items, candidates, plain(scores), ORDER);
      assertThat(ranked)
          .as("seed %s", seed)
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(sorted(candidates, scores));
    }
  }

  @Test
  void list_specialUtilities_areOrderedAsFloats() {
    float[] special = {
      0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e30f,
      -1e30f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      1f,
      -1f
    };
    List<Candidate> candidates = candidates(new Random(1), special.length);
    float[] scores = new float[2 * special.length];
    for (int i = 0; i < special.length; i++) {
      scores[2 * i] = special[i];
    }
    assertThat(new ScoredCandidates(items, candidates, plain(scores), ORDER))
        .extracting(RankedItem::id)
        .isEqualTo(sorted(candidates, scores).stream().map(RankedItem::id).toList());
  }

  @Test
  void get_twice_returnsTheSameItem() {
    List<Candidate> candidates = candidates(new Random(2), 3);
    List<RankedItem> ranked = new ScoredCandidates(items, candidates, plain(new float[6]), ORDER);
    assertThat(ranked.get(1)).isSameAs(ranked.get(1));
  }

  @Test
  void get_countsChangedAProbability_namesTheirPartOfTheUtility() {
    List<Candidate> candidates = candidates(new Random(3), 1);
    ScoredCandidates.Scores scores =
        new ScoredCandidates.Scores(new float[] {0.25f, 0.5f}, new float[] {0.75f, 0.5f});
    RankedItem item = new ScoredCandidates(items, candidates, scores, ORDER).get(0);
    assertThat(item.probabilities()).containsExactly(0.75f, 0.5f);
    float score = candidates.get(0).score();
    float plain = ORDER.utility(score, scores.plain(), 0);
    assertThat(item.utility()).isEqualTo(ORDER.utility(score, scores.counted(), 0));
    assertThat(item.counted()).isEqualTo(item.utility() - plain).isNotZero();
  }
}
