package io.unipin.serving.pipeline.cost;

import io.unipin.model.features.ModelConfig;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides how much work a request's time allows: the full work, a shorter history, fewer
 * candidates, or only retrieval's order. Every step taken has a name.
 *
 * <p>Each request has its own ladder. Not thread-safe. A request without a deadline counts
 * as one with a minute left.
 */
public final class Ladder {
  /**
   * The model read only the newest part of the history. The cache does not keep the encoded rows.
   */
  static final String SHORTER_HISTORY = "shorter_history";

  /** Fewer candidates were scored than requested. */
  static final String FEWER_CANDIDATES = "fewer_candidates";

  /** Nothing was scored. Order and utility come from retrieval, and there are no probabilities. */
  static final String RETRIEVAL_SCORES = "retrieval_scores";

  public static final List<String> STEPS =
      List.of(SHORTER_HISTORY, FEWER_CANDIDATES, RETRIEVAL_SCORES);

  private static final int HALVINGS = 6;

  private final DegradationConfig config;
  private final CostedModel ranker;
  private final StageClock clock;
  private final Goal goal;
  private final List<String> steps = new ArrayList<>();

  /**
   * Whether this request is a trial. A trial does the full work, even if the expected time is too
   * long. Its measured times correct wrong estimates.
   */
  private boolean tries;

  /**
   * The work that a request asks for.
   *
   * @param retrieves whether the request retrieves its candidates from the index
   * @param candidates number of candidates to score; 0 if the request scores no candidates
   * @param least smallest number of candidates that is worth scoring
   */
  public record Goal(boolean retrieves, int candidates, int least) {}

  /** Creates the ladder of one request. {@code ranker} is the model that ranks. */
  public Ladder(DegradationConfig config, CostedModel ranker, StageClock clock, Goal goal) {
    this.config = config;
    this.ranker = ranker;
    this.clock = clock;
    this.goal = goal;
  }

  public List<String> steps() {
    return List.copyOf(steps);
  }

  /**
   * Returns the size of an encoding, in proportion to its operations. The encoding has m new
   * tokens, each of which attends to at most n tokens in every layer.
   */
  public static long encodeSize(ModelConfig model, int m, int n) {
    return (long) model.layers() * m * (n + 6L * model.width());
  }

  /** Returns the size of scoring k candidates, each of which attends to n tokens in every layer. */
  public static long scoreSize(ModelConfig model, int k, int n) {
    return (long) model.layers() * k * (n + 6L * model.width());
  }

  /**
   * Returns how many of the history's n tokens to read. {@code fresh} of these tokens must be
   * encoded. Returns n if there is time for all.
   *
   * @throws ServingException DEADLINE when there is not even time for an empty history
   */
  public int historyTokens(CostedModel encoder, int fresh, int n) {
    ModelConfig model = encoder.config();
    SizedCosts encoding = encoder.costs().of(Stage.ENCODE);
    if (isTried(encoding, encodeSize(model, fresh, n), afterEncode(encoder, n))) {
      return n;
    }
    if (config.enabled()) {
      for (int halving = 1; halving <= HALVINGS; halving++) {
        int tokens = halving == HALVINGS ? 0 : n >> halving;
        if (tokens < fresh
            && fits(
                expected(encoding, encodeSize(model, tokens + 1, tokens + 1))
                    .plus(afterEncode(encoder, tokens)))) {
          steps.add(SHORTER_HISTORY);
          return tokens;
        }
      }
    }
    throw late();
  }

  private Cost afterEncode(CostedModel encoder, int n) {
    Cost after = Cost.NONE;
    if (goal.retrieves()) {
      StageCosts costs = encoder.costs();
      after =
          expected(costs.of(Stage.QUERY), 1)
              .plus(expected(costs.of(Stage.SEARCH), 1))
              .plus(expected(costs.of(Stage.PRE_RANK), 1));
    }
    int scored = config.enabled() ? goal.least() : goal.candidates();
    return scored == 0 ? after : after.plus(expected(scoring(), scoreSize(scored, n)));
  }

  private SizedCosts scoring() {
    return ranker.costs().of(Stage.SCORE);
  }

  private long scoreSize(int k, int n) {
    return scoreSize(ranker.config(), k, n);
  }

  /**
   * Returns how many of {@code found} candidates to score against n tokens: all, fewer, or 0.
   *
   * @throws ServingException DEADLINE when there is no time for all and a reduced answer is not
   *     allowed
   */
  public int scoredCandidates(int found, int n) {
    if (found == 0 || isTried(scoring(), scoreSize(found, n), Cost.NONE)) {
      return found;
    }
    if (!config.enabled() || !goal.retrieves()) {
      throw late();
    }
    for (int fewer = found / 2; fewer >= Math.max(1, goal.least()); fewer /= 2) {
      if (fits(expected(scoring(), scoreSize(fewer, n)))) {
        steps.add(FEWER_CANDIDATES);
        return fewer;
      }
    }
    steps.add(RETRIEVAL_SCORES);
    return 0;
  }

  private Cost expected(SizedCosts costs, long size) {
    return costs.expected(size, clock.since()).times(config.margin());
  }

  private boolean fits(Cost needed) {
    return needed.typical() <= clock.remaining().toNanos();
  }

  /**
   * Whether to run a stage. The stage runs if there is time for it and for the work after it, or if
   * this request is a trial.
   */
  private boolean isTried(SizedCosts costs, long size, Cost after) {
    Cost needed = expected(costs, size).plus(after);
    if (tries || fits(needed)) {
      return true;
    }
    boolean hopeful = needed.least() <= clock.remaining().toNanos();
    tries = costs.tries(size, hopeful, clock.since());
    return tries;
  }

  private static ServingException late() {
    return new ServingException(
        FailureKind.DEADLINE, "the time left does not suffice for what is asked");
  }
}
