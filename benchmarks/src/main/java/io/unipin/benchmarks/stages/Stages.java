package io.unipin.benchmarks.stages;

import io.unipin.benchmarks.headline.HeadlineSide;
import io.unipin.benchmarks.headline.HeadlineTraffic;
import io.unipin.benchmarks.headline.HeadlineWorld;
import io.unipin.benchmarks.headline.PageCaller;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.counts.CountQuery;
import io.unipin.counts.CountedRanking;
import io.unipin.proto.v1.Served;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Measures what counts and pre-ranking change in the time of a page. */
final class Stages {
  private static final String SCORE = "score";
  private static final int PRE_RANK = 5;
  private static final int CALLERS = 4;

  /** An upper bound for the pages per second of any side. */
  private static final double MOST_QPS = 600;

  private final HeadlineWorld world;
  private final CountedRanking counts;
  private final Path folder;
  private final Plan plan;

  /**
   * Measures the bundles of a {@link StagesWorld}.
   *
   * @param world folder of the bundles, and sizes of the requests
   * @param counts the counts of the bundle that has counts
   */
  Stages(HeadlineWorld world, CountedRanking counts, Path folder, Plan plan) {
    this.world = world;
    this.counts = counts;
    this.folder = folder;
    this.plan = plan;
  }

  /**
   * The amount of measurement.
   *
   * @param rounds number of rounds; every side has one turn in a round
   * @param pages number of pages of one caller in a round
   * @param rehearsals number of pages of one caller before the first round
   * @param length length of a side's turn with several callers
   */
  record Plan(int rounds, int pages, int rehearsals, Duration length) {
    static Plan of(boolean quick) {
      return quick
          ? new Plan(3, 40, 1000, Duration.ofSeconds(4))
          : new Plan(7, 100, 4000, Duration.ofSeconds(8));
    }
  }

  private HeadlineSide side(String bundle, String... settings) {
    List<String> all = new ArrayList<>(List.of("bundle.name=" + bundle));
    all.addAll(List.of(settings));
    return HeadlineSide.start(
        HeadlineSide.Kind.ONE_MODEL_USER, world, folder, all.toArray(String[]::new));
  }

  /**
   * Compares the time of scoring with counts and without. One caller requests pages of one user
   * whose keys and values are cached.
   */
  Map<String, Object> counts() {
    try (HeadlineSide plain = side(StagesWorld.PLAIN);
        HeadlineSide counted = side(StagesWorld.COUNTED);
        PageCaller plainCaller = caller(plain);
        PageCaller countedCaller = caller(counted)) {
      double[] without = new double[plan.rounds()];
      double[] with = new double[plan.rounds()];
      double[] ratios = new double[plan.rounds()];
      double[] lookups = new double[plan.rounds()];
      for (int round = 0; round < plan.rounds(); round++) {
        double[] first = new double[plan.pages()];
        double[] second = new double[plan.pages()];
        for (int page = 0; page < plan.pages(); page++) {
          // The sides take turns at the first place, because a page warms the next one up.
          if (page % 2 == 0) {
            first[page] = scoreMs(plainCaller);
            second[page] = countedScoreMs(countedCaller);
          } else {
            second[page] = countedScoreMs(countedCaller);
            first[page] = scoreMs(plainCaller);
          }
        }
        without[round] = median(first);
        with[round] = median(second);
        ratios[round] = with[round] / without[round];
        lookups[round] = lookUpMs(round);
      }
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("inputs", counts.tables().features().width());
      json.put("score_ms", Spread.of(without).median());
      json.put("counted_score_ms", Spread.of(with).median());
      Spread ratio = Spread.of(ratios);
      json.put("score_ratio", ratio.median());
      json.put("score_ratio_spread", ratio.toJson());
      json.put("lookup_ms", Spread.of(lookups).median());
      return json;
    }
  }

  private PageCaller caller(HeadlineSide side) {
    PageCaller caller = new PageCaller(side.address(), HeadlineWorld.ITEMS);
    caller.record(world.history());
    for (int i = 0; i < plan.rehearsals(); i++) {
      caller.page(HeadlineTraffic.FEW);
    }
    return caller;
  }

  private static double scoreMs(PageCaller caller) {
    return caller.page(0).served().getStagesMsOrThrow(SCORE);
  }

  private static double countedScoreMs(PageCaller caller) {
    Served served = caller.page(0).served();
    if (served.getCounts().isEmpty()) {
      throw new IllegalStateException("a page ranked with counts expected, got " + served);
    }
    return served.getStagesMsOrThrow(SCORE);
  }

  /** Returns the median time to look up the counts of a page's candidates and to apply them. */
  private double lookUpMs(int seed) {
    Random random = new Random(seed);
    int candidates = world.candidates();
    int actions = world.shape().actions().size();
    double[] times = new double[plan.pages()];
    for (int i = 0; i < times.length; i++) {
      int[] rows = random.ints(candidates, 0, HeadlineWorld.ITEMS).toArray();
      int[] own = random.ints(1 + actions, 0, 100).toArray();
      int[] last = random.ints(CountQuery.POSITIVES, 0, HeadlineWorld.ITEMS).toArray();
      float[] probabilities = new float[candidates * actions];
      Arrays.fill(probabilities, 0.1f);
      long begin = System.nanoTime();
      counts.apply(new CountQuery(0, 0, last, own), rows, probabilities);
      times[i] = (System.nanoTime() - begin) / 1e6;
    }
    return median(times);
  }

  private static double median(double[] samples) {
    return Spread.of(samples).median();
  }

  /** A side of the comparison of pre-ranking. */
  private record PreRanked(int candidates, boolean preRanks, HeadlineSide side) {}

  /**
   * Compares the pages per second of sessions: with all candidates scored, and with fewer, which
   * pre-ranking chooses or retrieval's order.
   */
  List<Map<String, Object>> preRank(int[] fewer) throws InterruptedException {
    List<PreRanked> sides = new ArrayList<>();
    try {
      sides.add(preRanked(world.candidates(), false));
      for (int candidates : fewer) {
        sides.add(preRanked(candidates, true));
        sides.add(preRanked(candidates, false));
      }
      double[][] qps = new double[sides.size()][plan.rounds()];
      for (PreRanked each : sides) {
        each.side.traffic().rehearse(CALLERS, plan.length());
      }
      for (int round = 0; round < plan.rounds(); round++) {
        for (int s = 0; s < qps.length; s++) {
          qps[s][round] =
              sides.get(s).side.traffic().saturate(CALLERS, plan.length(), MOST_QPS).qps();
        }
      }
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int s = 0; s < qps.length; s++) {
        double[] ratios = new double[plan.rounds()];
        for (int round = 0; round < ratios.length; round++) {
          ratios[round] = qps[s][round] / qps[0][round];
        }
        rows.add(row(sides.get(s), Spread.of(qps[s]), Spread.of(ratios)));
      }
      return rows;
    } finally {
      sides.forEach(each -> each.side.close());
    }
  }

  private PreRanked preRanked(int candidates, boolean preRanks) {
    HeadlineSide side =
        side(
            StagesWorld.COUNTED,
            "retrieval.candidates=" + candidates,
            "retrieval.preRank=" + (preRanks ? PRE_RANK : 0));
    return new PreRanked(candidates, preRanks, side);
  }

  private static Map<String, Object> row(PreRanked side, Spread qps, Spread ratio) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("candidates", side.candidates);
    row.put("retrieved", side.preRanks ? PRE_RANK * side.candidates : side.candidates);
    row.put("chosen_by", side.preRanks ? "pre-ranking" : "retrieval");
    row.put("qps", qps.median());
    row.put("pages_ratio", ratio.median());
    row.put("pages_ratio_spread", ratio.toJson());
    return row;
  }
}
