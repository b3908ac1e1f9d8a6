package io.unipin.evaluate;

import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.evaluate.baseline.BiasBaseline;
import io.unipin.evaluate.baseline.ContentNeighbours;
import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.evaluate.baseline.Popularity;
import io.unipin.evaluate.baseline.RecentPopularity;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slates;
import io.unipin.feedlog.split.Withheld;
import io.unipin.kvcache.KvType;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data that all workers of an evaluation read. Immutable.
 *
 * @param contents scores by the similarity of contents; null if items have no content or the part
 *     is not the test part
 * @param leftOut items whose targets and impressions are not judged. In a validation these are the
 *     withheld items, because no data about them may influence a training.
 * @param page how served pages are made
 * @param counts the baseline of counts; null if the part is not the test part
 * @param counted the model's counts; null if the model has none
 */
record EvaluationTask(
    HeldOutLog data,
    ServingModel model,
    Part part,
    boolean displayed,
    Slates slates,
    ItemScores items,
    Popularity popularity,
    RecentPopularity recent,
    BiasBaseline bias,
    ContentNeighbours neighbours,
    @Nullable ItemScores contents,
    Withheld leftOut,
    KvType kvType,
    PageRule page,
    @Nullable CountsBaseline counts,
    @Nullable CountedRanking counted) {

  static EvaluationTask of(
      HeldOutLog data,
      ServingModel model,
      EvaluationOptions options,
      PageRule page,
      @Nullable CountedRanking counted) {
    FeedLog log = data.log();
    Holdout holdout = data.holdout();
    Part part = options.part();
    ModelConfig config = model.config();
    checkFits(log, config);
    if (counted != null) {
      counted.requireFits(config.actions(), config.surfaces(), log.catalogue());
      requireNoLeak(counted, holdout, part);
    }
    Slates slates = new Slates(log, holdout);
    ContentNeighbours neighbours = ContentNeighbours.of(log);
    boolean compares = part == Part.TEST && neighbours.areKnown();
    return new EvaluationTask(
        data,
        model,
        part,
        options.displayed(),
        slates,
        new ItemScores(model.itemVectors(), config.items(), config.itemDim()),
        Popularity.of(log, holdout, part),
        RecentPopularity.of(log, holdout, part),
        BiasBaseline.of(slates, log.users(), config.items(), config.actions().size()),
        neighbours,
        compares ? contents(log, neighbours) : null,
        part == Part.TEST ? Withheld.none() : holdout.withheld(),
        options.kvType(),
        page,
        part == Part.TEST ? CountsBaseline.of(log, holdout) : null,
        counted);
  }

  FeedLog log() {
    return data.log();
  }

  Holdout holdout() {
    return data.holdout();
  }

  /** Whether a user has a target or an impression in the part. */
  boolean measures(int user) {
    return target(user).isPresent()
        || slates.of(user).stream().anyMatch(slate -> slate.part() == part);
  }

  /** Returns the target of a user; empty if retrieval seeks none. */
  Optional<RetrievalTarget> target(int user) {
    return data.untargeted().get(user)
        ? Optional.empty()
        : RetrievalTarget.of(log(), holdout(), user, part, leftOut)
            .map(target -> target.leavingOut(data.unranked()));
  }

  /**
   * Returns a model's probabilities changed by its counts. Without counts, returns the given array.
   *
   * @param history number of the user's actions before the request
   * @param items (candidates) rows of the catalogue
   * @param probabilities (candidates, actions), not changed
   */
  float[] counted(int user, int history, int surface, int[] items, float[] probabilities) {
    if (counted == null) {
      return probabilities;
    }
    float[] changed = probabilities.clone();
    counted.apply(counted.tables().query(log(), user, history, surface), items, changed);
    return changed;
  }

  private static ItemScores contents(FeedLog log, ContentNeighbours neighbours) {
    Catalogue catalogue = log.catalogue();
    return new ItemScores(
        catalogue.content(), catalogue.size(), catalogue.contentDim(), neighbours::factor);
  }

  /** Refuses counts that hold labels of the part that is ranked with their help. */
  private static void requireNoLeak(CountedRanking counted, Holdout holdout, Part part) {
    if (!Evaluator.endsBefore(counted, holdout, part)) {
      throw new CountsException(
          "counts that end where the %s part begins, at %s, or earlier expected, got counts until %s"
              .formatted(
                  part.name().toLowerCase(Locale.ROOT),
                  Instant.ofEpochMilli(holdout.begins(part)),
                  counted.tables().until()));
    }
  }

  private static void checkFits(FeedLog log, ModelConfig config) {
    FeedSchema schema = log.schema();
    if (log.catalogue().size() != config.items()) {
      throw new IllegalArgumentException(
          "a log with the model's %s items expected, got one with %s"
              .formatted(config.items(), log.catalogue().size()));
    }
    if (!schema.actions().equals(config.actions())
        || !schema.positives().equals(config.positives())
        || !schema.surfaces().equals(config.surfaces())) {
      throw new IllegalArgumentException(
          "a log with the model's actions %s, positives %s and surfaces %s expected, got %s, %s and %s"
              .formatted(
                  config.actions(),
                  config.positives(),
                  config.surfaces(),
                  schema.actions(),
                  schema.positives(),
                  schema.surfaces()));
    }
  }
}
