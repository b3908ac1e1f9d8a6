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

/** Runs all sides of one size in turn: first all of them as fast as they go, then three of them at equal load. */
public final class Headline {
  private static final int CALLERS = 4;
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  public static final Duration REHEARSAL = Duration.ofSeconds(20);

  /** More than any side does. */
  private static final double MOST_QPS = 120;

  /** Share of what the two models took in their slowest round that all sides get when latencies are compared. */
  static final double LOAD = 0.7;

  /** Sides whose latencies are compared. */
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
   * How much to measure.
   *
   * @param rounds in which every side has its turn
   * @param length of a side's turn at saturation
   * @param pages of a side's turn at equal load, where a 99th percentile is wanted
   * @param fewPages the same where a median will do
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

    /** For the progress bar. */
    int steps() {
      return 2 * rounds;
    }
  }

  HeadlineFigures run(IntConsumer progress) throws IOException, InterruptedException {
    world.publish(folder.path());
    Map<Kind, HeadlineSide> sides = new EnumMap<>(Kind.class);
    try {
      for (Kind kind : Kind.values()) {
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
      // The slowest round: a machine that slows down later must still not be overrun.
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
      return new HeadlineFigures(saturated, loaded, rate, world.flops());
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
