package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.headline.HeadlineSide.Kind;
import io.unipin.benchmarks.measure.ScratchFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Runs all sides at one size. The sides take turns. First each side runs at full speed. Then three
 * of the sides run at equal load.
 */
public final class Headline {
  private static final int CALLERS = 4;
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  public static final Duration REHEARSAL = Duration.ofSeconds(20);

  /** An upper bound for the pages per second of any side. */
  private static final double MOST_QPS = 300;

  /**
   * The load at which latencies are compared, as a share of the rate that
   * {@link Kind#TWO_MODELS_SPARSE} reached in its slowest round.
   */
  static final double LOAD = 0.7;

  /** The sides whose latencies are compared. */
  private static final List<Kind> LATENCIES =
      List.of(Kind.TWO_MODELS_SPARSE, Kind.ONE_MODEL_REQUEST, Kind.ONE_MODEL_USER);

  private final HeadlineWorld world;
  private final ScratchFolder folder;
  private final Plan plan;

  Headline(HeadlineWorld world, ScratchFolder folder, Plan plan) {
    this.world = world;
    this.folder = folder;
    this.plan = plan;
  }

  /**
   * The amount of measurement.
   *
   * @param rounds number of rounds; every side has one turn in a round
   * @param length length of a side's turn at full speed
   * @param pages number of pages of a side's turn at equal load, if a 99th percentile is needed
   * @param fewPages number of pages of such a turn, if a median is enough
   */
  record Plan(int rounds, Duration length, int pages, int fewPages) {
    static Plan of(boolean quick) {
      return quick
          ? new Plan(2, Duration.ofSeconds(5), 60, 60)
          : new Plan(5, Duration.ofSeconds(8), 400, 80);
    }

    int pagesOf(Kind kind) {
      return kind == Kind.ONE_MODEL_REQUEST ? fewPages : pages;
    }

    /** Returns the number of steps for the progress bar. */
    int steps() {
      return 2 * rounds;
    }
  }

  HeadlineFigures run(IntConsumer progress) throws IOException, InterruptedException {
    world.publish(folder.path());
    Map<Kind, HeadlineSide> sides = new EnumMap<>(Kind.class);
    try {
      for (Kind kind : Kind.possible(world.shape())) {
        HeadlineSide side = HeadlineSide.start(kind, world, folder.path());
        sides.put(kind, side);
        side.traffic().saturate(CALLERS, WARM_UP, MOST_QPS);
      }
      of(sides, Kind.ONE_MODEL_USER).traffic().rehearse(CALLERS, REHEARSAL);
      Map<Kind, List<TrafficRound>> saturated = new EnumMap<>(Kind.class);
      Map<Kind, List<TrafficRound>> loaded = new EnumMap<>(Kind.class);
      for (int round = 0; round < plan.rounds(); round++) {
        for (Map.Entry<Kind, HeadlineSide> side : sides.entrySet()) {
          add(
              saturated,
              side.getKey(),
              side.getValue().traffic().saturate(CALLERS, plan.length(), MOST_QPS));
        }
        progress.accept(round + 1);
      }
      // The slowest round sets the rate, so that the load does not overload the machine if it slows
      // down later.
      double rate = LOAD * HeadlineFigures.least(saturated, Kind.TWO_MODELS_SPARSE);
      for (int round = 0; round < plan.rounds(); round++) {
        for (Map.Entry<Kind, HeadlineSide> side : sides.entrySet()) {
          if (LATENCIES.contains(side.getKey())) {
            HeadlineTraffic traffic = side.getValue().traffic();
            add(loaded, side.getKey(), traffic.arrive(plan.pagesOf(side.getKey()), rate, round));
          }
        }
        progress.accept(plan.rounds() + round + 1);
      }
      Map<Kind, String> engines = new EnumMap<>(Kind.class);
      sides.forEach((kind, side) -> engines.put(kind, side.traffic().engine()));
      return new HeadlineFigures(saturated, loaded, rate, world.flops(), engines);
    } finally {
      sides.values().forEach(HeadlineSide::close);
    }
  }

  private static HeadlineSide of(Map<Kind, HeadlineSide> sides, Kind kind) {
    HeadlineSide side = sides.get(kind);
    if (side == null) {
      throw new IllegalStateException("no side of " + kind);
    }
    return side;
  }

  private static void add(Map<Kind, List<TrafficRound>> to, Kind kind, TrafficRound round) {
    to.computeIfAbsent(kind, same -> new ArrayList<>()).add(round);
  }
}
