package io.unipin.benchmarks.rival;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.pipeline.ModelCosts;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.pipeline.UserEncoder;
import io.unipin.serving.pipeline.UserSession;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.UserState;
import java.util.List;
import java.util.function.Supplier;

/**
 * A second model that ranks the items that the first model retrieves. The second model encodes the
 * history again.
 *
 * <p>Both models must have the same items and names, because both read the same tokens.
 * Thread-safe. The caller that loaded the second bundle closes it.
 */
public final class SecondModel implements RankingModel {
  /** The way in which the second model computes scores. */
  public enum Pass {
    /**
     * Encodes the history in a causal pass into keys and values, which the cache keeps. Then scores
     * the candidates.
     */
    SPARSE,
    /** Makes one pass over history and candidates under a dense mask. */
    DENSE
  }

  private final LoadedBundle second;
  private final Pass pass;
  private final UserEncoder encoder;
  private final ModelCosts costs;

  private SecondModel(LoadedBundle second, Pass pass, UserEncoder encoder, ModelCosts costs) {
    this.second = second;
    this.pass = pass;
    this.encoder = encoder;
    this.costs = costs;
  }

  /**
   * Returns a factory of ranking models that use this bundle's model. A dense pass needs a bundle
   * that was loaded with its comparison part.
   */
  public static Factory of(LoadedBundle second, Pass pass) {
    return (encoder, costs) -> new SecondModel(second, pass, encoder, costs);
  }

  @Override
  public CostedModel costs(LoadedBundle serving) {
    return costs.of(second.model());
  }

  @Override
  public float[] score(UserSession user, List<Candidate> candidates) {
    int[] rows = candidates.stream().mapToInt(Candidate::row).toArray();
    return pass == Pass.DENSE ? dense(user, rows) : sparse(user, rows);
  }

  private float[] dense(UserSession user, int[] rows) {
    ServingModel model = second.model();
    TokenSequence history = user.tokens().all();
    user.clock().report(costs.of(model).costs());
    user.clock().enter(Stage.SCORE, Ladder.scoreSize(model.config(), rows.length, history.size()));
    return model.scoreDense(history, rows, user.context());
  }

  private float[] sparse(UserSession user, int[] rows) {
    ServingModel model = second.model();
    try (UserState state = encoder.open(model, user.wanted())) {
      int tokens = state.lease().rows();
      user.clock().enter(Stage.SCORE, Ladder.scoreSize(model.config(), rows.length, tokens));
      return model.score(state.lease().kv(), tokens, rows, user.context());
    }
  }

  @Override
  public boolean takesCounts() {
    return false;
  }

  @Override
  public boolean isResident(String user) {
    return encoder.isResident(second.model(), user);
  }

  @Override
  public int refresh(String user, Supplier<TokenSequence> history) {
    return encoder.refresh(second.model(), user, history);
  }

  @Override
  public void check(LoadedBundle serving) {
    ModelConfig one = serving.model().config();
    ModelConfig other = second.model().config();
    requireEqual("actions", one.actions(), other.actions());
    requireEqual("positives", one.positives(), other.positives());
    requireEqual("surfaces", one.surfaces(), other.surfaces());
    requireEqual("maxHistory", one.maxHistory(), other.maxHistory());
    Catalogue items = serving.catalogue();
    requireEqual("number of items", items.size(), second.catalogue().size());
    for (int row = 0; row < items.size(); row++) {
      requireEqual("item of row " + row, items.id(row), second.catalogue().id(row));
    }
  }

  private void requireEqual(String what, Object expected, Object got) {
    if (!expected.equals(got)) {
      throw ServingException.invalid(
          "bundle",
          "%s %s expected as in the second bundle %s, got %s"
              .formatted(what, got, second.name(), expected));
    }
  }
}
