package io.unipin.evaluate.prerank;

import io.unipin.counts.CountQuery;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.evaluate.page.PageCandidates;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.FollowTable;
import io.unipin.prerank.PreRank;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how many candidates a page must score, with pre-ranking and without it.
 *
 * <p>For each number R of scored candidates, the study makes two pages per held-out target. The
 * page without pre-ranking scores the R nearest items. The page with pre-ranking takes {@code
 * overFetch} times as many of the nearest items, and the followers of the user's last positive
 * items. It scores the R of them that pre-ranking puts first. Both pages are ordered by the same
 * {@link Page}. A target that is not among the scored candidates is not on the page.
 */
public final class PreRankStudy {
  /**
   * The numbers of scored candidates. Pages without pre-ranking that score the last number are the
   * goal.
   */
  static final int[] SCORED = {10, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200};

  private final Page page;
  private final PreRank preRank;
  private final Settings settings;
  private final List<int[]> without = new ArrayList<>();
  private final List<int[]> with = new ArrayList<>();

  /**
   * Settings of a study.
   *
   * @param overFetch factor on the number of nearest items from which pre-ranking chooses
   * @param follows largest number of followers among the candidates
   * @param maxUsers largest number of users; if more have a target, a random sample is studied
   */
  public record Settings(int overFetch, int follows, int maxUsers) {
    public Settings {
      if (overFetch < 1 || follows < 0 || maxUsers < 1) {
        throw new IllegalArgumentException(
            "overFetch and maxUsers of at least 1 and follows of at least 0 expected, got "
                + overFetch
                + ", "
                + maxUsers
                + " and "
                + follows);
      }
    }
  }

  /**
   * How scored candidates are ordered.
   *
   * @param order order by retrieval score and probabilities
   * @param counts counts that change the probabilities; null if the model has none
   */
  public record Page(PageOrder order, @Nullable CountedRanking counts) {
    /** Changes a model's probabilities in place, if there are counts. Returns them. */
    private float[] counted(
        FeedLog log, int user, RetrievalTarget target, int[] rows, float[] probabilities) {
      if (counts != null) {
        CountQuery query = counts.tables().query(log, user, target.history(), target.surface());
        counts.apply(query, rows, probabilities);
      }
      return probabilities;
    }
  }

  private PreRankStudy(Page page, PreRank preRank, Settings settings) {
    this.page = page;
    this.preRank = preRank;
    this.settings = settings;
  }

  /**
   * Studies the test split of a log.
   *
   * @param page how scored candidates are ordered; its counts must end before the test split begins
   * @param follows table from which followers come
   */
  public static PreRankResult run(
      FeedLog log,
      Holdout holdout,
      ServingModel model,
      Page page,
      PreRank preRank,
      FollowTable follows,
      Settings settings) {
    PreRankStudy study = new PreRankStudy(page, preRank, settings);
    int most = SCORED[SCORED.length - 1] * settings.overFetch();
    PoolSearch.Size size = new PoolSearch.Size(most, settings.follows());
    try (PoolSearch search =
        new PoolSearch(log, holdout, model, Part.TEST, preRank.source(), follows, size)) {
      for (int user : search.users(settings.maxUsers(), 0)) {
        search.visit(
            user,
            (target, pool, score) ->
                study.add(pool, rows -> page.counted(log, user, target, rows, score.apply(rows))));
      }
    }
    return new PreRankResult(settings, preRank.fitted(), SCORED, study.without, study.with);
  }

  /** Adds the positions of a user's target on all pages; 0 if the target is not on a page. */
  private void add(Pool pool, Function<int[], float[]> score) {
    float[] sums = preRank.sums(pool.dots(), pool.features());
    int[] ordered = PreRank.order(sums, pool.ids());
    int[][] nearest = new int[SCORED.length][];
    int[][] chosen = new int[SCORED.length][];
    BitSet needed = new BitSet(pool.size());
    for (int s = 0; s < SCORED.length; s++) {
      nearest[s] = IntStream.range(0, Math.min(SCORED[s], pool.nearest())).toArray();
      chosen[s] = chosen(pool, ordered, SCORED[s]);
      Arrays.stream(nearest[s]).forEach(needed::set);
      Arrays.stream(chosen[s]).forEach(needed::set);
    }
    float[] probabilities = probabilities(pool, needed, score);
    without.add(places(pool, nearest, probabilities));
    with.add(places(pool, chosen, probabilities));
  }

  /** Returns the indices of the candidates that pre-ranking keeps. */
  private int[] chosen(Pool pool, int[] ordered, int scored) {
    BitSet candidates = new BitSet(pool.size());
    candidates.set(0, Math.min(scored * settings.overFetch(), pool.nearest()));
    Arrays.stream(pool.followers()).forEach(candidates::set);
    return Arrays.stream(ordered).filter(candidates::get).limit(scored).toArray();
  }

  /** Returns the probabilities (k, actions), which are only valid for the needed candidates. */
  private static float[] probabilities(Pool pool, BitSet needed, Function<int[], float[]> score) {
    int[] indices = needed.stream().toArray();
    float[] scored = score.apply(Arrays.stream(indices).map(i -> pool.rows()[i]).toArray());
    int actions = indices.length == 0 ? 0 : scored.length / indices.length;
    float[] all = new float[pool.size() * actions];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(scored, i * actions, all, indices[i] * actions, actions);
    }
    return all;
  }

  private int[] places(Pool pool, int[][] pages, float[] probabilities) {
    int[] places = new int[pages.length];
    for (int p = 0; p < pages.length; p++) {
      PageCandidates shown = shown(pool, pages[p], probabilities);
      places[p] = shown.findsTarget() ? shown.place(page.order()) : 0;
    }
    return places;
  }

  private static PageCandidates shown(Pool pool, int[] indices, float[] probabilities) {
    int actions = pool.size() == 0 ? 0 : probabilities.length / pool.size();
    long[] ids = new long[indices.length];
    float[] dots = new float[indices.length];
    float[] own = new float[indices.length * actions];
    int target = -1;
    for (int i = 0; i < indices.length; i++) {
      ids[i] = pool.ids()[indices[i]];
      dots[i] = pool.dots()[indices[i]];
      System.arraycopy(probabilities, indices[i] * actions, own, i * actions, actions);
      target = indices[i] == pool.target() ? i : target;
    }
    return new PageCandidates(ids, dots, own, target);
  }
}
