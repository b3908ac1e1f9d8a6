package io.unipin.serving.pipeline;

import io.unipin.model.ModelConfig;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides what a request gets in the time it has: everything, a shorter history, fewer candidates, or the order of retrieval
 * alone. Every step taken has a name.
 *
 * <p>One request, one thread. A request without a deadline is never degraded.
 */
final class Ladder {
  /** The model read only the newest part of the history; what it computed of it is kept by nobody. */
  static final String SHORTER_HISTORY = "shorter_history";

  /** Fewer candidates were scored than asked for. */
  static final String FEWER_CANDIDATES = "fewer_candidates";

  /** Nothing was scored: the order, and the utility, are those of retrieval; there are no probabilities. */
  static final String RETRIEVAL_SCORES = "retrieval_scores";

  static final List<String> STEPS = List.of(SHORTER_HISTORY, FEWER_CANDIDATES, RETRIEVAL_SCORES);

  private static final int HALVINGS = 6;

  private final DegradationConfig config;
  private final StageCosts costs;
  private final StageClock clock;
  private final Goal goal;
  private final List<String> steps = new ArrayList<>();

  /**
   * What a request is for.
   *
   * @param retrieves whether candidates are searched
   * @param candidates that are scored; 0 for none
   * @param least candidates that are worth scoring
   */
  record Goal(boolean retrieves, int candidates, int least) {}

  Ladder(DegradationConfig config, StageCosts costs, StageClock clock, Goal goal) {
    this.config = config;
    this.costs = costs;
    this.clock = clock;
    this.goal = goal;
  }

  List<String> steps() {
    return List.copyOf(steps);
  }

  /** Size of an encoding: m new tokens, each of which sees up to n. */
  static long encodeSize(ModelConfig model, int m, int n) {
    return (long) m * (n + 6L * model.width());
  }

  /** Size of a scoring: k candidates, each of which sees n tokens. */
  static long scoreSize(ModelConfig model, int k, int n) {
    return (long) k * (n + 6L * model.width());
  }

  /**
   * How many tokens of the history to read, of whole actions, of n with {@code fresh} to encode: n if there is time for all of them.
   *
   * @throws ServingException DEADLINE when there is no time even for none
   */
  int historyTokens(ModelConfig model, int fresh, int n) {
    if (fits(Stage.ENCODE, encodeSize(model, fresh, n), afterEncode(model, n))) {
      return n;
    }
    if (config.enabled()) {
      int perAction = model.tokensPerAction();
      for (int halving = 1; halving <= HALVINGS; halving++) {
        int tokens = halving == HALVINGS ? 0 : perAction * ((n / perAction) >> halving);
        if (tokens < fresh
            && fits(
                Stage.ENCODE,
                encodeSize(model, tokens + 1, tokens + 1),
                afterEncode(model, tokens))) {
          steps.add(SHORTER_HISTORY);
          return tokens;
        }
      }
    }
    throw late();
  }

  private long afterEncode(ModelConfig model, int n) {
    long nanos = 0;
    if (goal.retrieves()) {
      nanos += costs.expected(Stage.QUERY, 1) + costs.expected(Stage.SEARCH, 1);
    }
    int scored = config.enabled() ? goal.least() : goal.candidates();
    return nanos + (scored == 0 ? 0 : costs.expected(Stage.SCORE, scoreSize(model, scored, n)));
  }

  /**
   * How many of {@code found} candidates to score against n tokens: all of them, fewer, or 0 for none.
   *
   * @throws ServingException DEADLINE when there is no time for all, and nothing less would do
   */
  int scoredCandidates(ModelConfig model, int found, int n) {
    if (found == 0 || fits(Stage.SCORE, scoreSize(model, found, n), 0)) {
      return found;
    }
    if (!config.enabled() || !goal.retrieves()) {
      throw late();
    }
    for (int fewer = found / 2; fewer >= Math.max(1, goal.least()); fewer /= 2) {
      if (fits(Stage.SCORE, scoreSize(model, fewer, n), 0)) {
        steps.add(FEWER_CANDIDATES);
        return fewer;
      }
    }
    steps.add(RETRIEVAL_SCORES);
    return 0;
  }

  private boolean fits(Stage stage, long size, long after) {
    double needed = (costs.expected(stage, size) + after) * config.margin();
    return needed <= clock.remaining().toNanos();
  }

  private static ServingException late() {
    return new ServingException(
        FailureKind.DEADLINE, "the time left does not suffice for what is asked");
  }
}
