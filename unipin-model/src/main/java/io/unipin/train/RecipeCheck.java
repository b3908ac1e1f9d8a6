package io.unipin.train;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.kvcache.KvType;
import io.unipin.model.ModelFolder;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.ModelBytes;
import io.unipin.settings.Nearest;
import io.unipin.train.recipe.AttributeNames;
import io.unipin.train.recipe.AutomaticSetting;
import io.unipin.train.recipe.Recipe;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Checks of a recipe that are possible before the feed log is read. */
public final class RecipeCheck {
  private RecipeCheck() {}

  /** Refuses action types that the schema lacks, and sizes that do not make a valid model. */
  public static void require(TrainConfig recipe, FeedSchema schema) {
    named("actionWeights", recipe.training().actionWeights().keySet(), schema);
    named("maskedWeights", recipe.training().maskedWeights().keySet(), schema);
    recipe.evaluation().headline(schema);
    model(recipe, schema, 0);
  }

  /**
   * Refuses an earlier model with another shape, other actions or other surfaces. Also refuses a
   * model that may have learned items that this recipe withholds.
   */
  public static void requireContinues(TrainConfig recipe, FeedSchema schema, Path earlier) {
    int contentDim = ModelFolder.config(earlier).contentDim();
    ModelFolder.requireContinues(earlier, model(recipe, schema, contentDim));
    requireSameWithheld(recipe, earlier);
  }

  /**
   * Refuses to withhold items that an earlier model may have learned.
   *
   * @param earlier folder of the earlier model; if the folder has no recipe, the model withheld no
   *     item
   */
  static void requireSameWithheld(TrainConfig recipe, Path earlier) {
    if (recipe.evaluation().withheld() == 0) {
      return;
    }
    Path file = earlier.resolve("recipe.yaml");
    TrainConfig trained = Files.exists(file) ? TrainConfig.read(file) : TrainConfig.defaults();
    String then = trained.evaluation().withheldText();
    String now = recipe.evaluation().withheldText();
    if (!then.equals(now)) {
      throw new TrainException(
          "warm start: an earlier model with %s expected, got one with %s, which may have learned"
                  .formatted(now, then)
              + " the items that are withheld now");
    }
  }

  /**
   * Refuses a recipe whose model would read attributes or content that no item has.
   *
   * @throws TrainException if the recipe is refused; the message names the setting
   */
  static void requireDescribed(TrainConfig recipe, Catalogue catalogue) {
    AttributeConfig read = recipe.model().attributes();
    boolean lacks =
        read.reads()
            && IntStream.range(0, catalogue.size())
                .allMatch(row -> AttributeNames.of(catalogue, row, read).isEmpty());
    if (lacks) {
      throw new TrainException(
          "model.attributes.buckets: 0 expected for items without values in %s, got %s"
              .formatted(read.columns(), read.buckets()));
    }
    int path = recipe.model().contentPath();
    if (path > 0 && catalogue.contentDim() == 0 && !read.reads()) {
      throw new TrainException(
          "model.contentPath: 0 expected for items without content and attributes, got " + path);
    }
  }

  /**
   * Returns a recipe whose automatic sizes and attributes are those of an earlier model, because a
   * warm start needs a model of the same shape.
   *
   * @param earlier folder of the earlier model
   */
  public static Recipe shapedLike(Recipe recipe, Path earlier) {
    ModelConfig model = ModelFolder.config(earlier);
    return recipe.given(
        Map.of(
            AutomaticSetting.ITEM_DIM.path(), Integer.toString(model.itemDim()),
            AutomaticSetting.WIDTH.path(), Integer.toString(model.width()),
            AutomaticSetting.ATTRIBUTE_COLUMNS.path(), model.attributes().columns().toString(),
            AutomaticSetting.ATTRIBUTE_BUCKETS.path(),
                Integer.toString(model.attributes().buckets())),
        "the model of the warm start has this value");
  }

  /**
   * Returns a recipe whose automatic settings have the values of the work folder's checkpoint. A
   * training then continues with the same values, even if the rule for these values has changed.
   * Without a checkpoint, returns the recipe as it is.
   */
  public static Recipe resumed(Recipe recipe, Path work) {
    return TrainState.exists(work)
        ? recipe.given(
            TrainState.read(work).origin().recipe(), "the checkpoint was trained with this value")
        : recipe;
  }

  /** Refuses to resume if the work folder has a checkpoint of another recipe. */
  public static void requireResumes(TrainConfig recipe, Path work) {
    if (TrainState.exists(work)) {
      TrainState.read(work).origin().requireSameRecipe(recipe);
    }
  }

  /**
   * Describes the unfinished training whose checkpoint a training with this recipe would replace.
   * Returns empty if there is none, or if its checkpoint can't be read.
   */
  public static Optional<String> replaced(TrainConfig recipe, Path work) {
    if (!TrainState.exists(work)) {
      return Optional.empty();
    }
    try {
      TrainState state = TrainState.read(work);
      return state.epoch() >= recipe.training().epochs()
          ? Optional.empty()
          : Optional.of(
              "%s finished epochs, %s batches of the next".formatted(state.epoch(), state.batch()));
    } catch (TrainException e) {
      return Optional.empty(); // --resume could not continue this training either
    }
  }

  /**
   * Returns the configuration of the model that a recipe trains on a feed log.
   *
   * @throws TrainException if the model can't be trained or served because it is too large
   */
  public static ModelConfig model(TrainConfig recipe, FeedLog log) {
    ModelConfig model = recipe.modelConfig(log);
    requireFits(model);
    return model;
  }

  private static ModelConfig model(TrainConfig recipe, FeedSchema schema, int contentDim) {
    ModelConfig model;
    try {
      model = recipe.modelConfig(1, contentDim, schema);
    } catch (IllegalArgumentException e) {
      throw new TrainException("model." + e.getMessage(), e);
    }
    requireFits(model);
    return model;
  }

  /**
   * Refuses a model with a tensor, or with keys and values of one user, that do not fit into one
   * buffer. The validation reads keys and values in float32.
   */
  private static void requireFits(ModelConfig model) {
    try {
      ModelBytes.requireFits(model);
    } catch (IllegalArgumentException e) {
      throw new TrainException("model: " + e.getMessage(), e);
    }
    try {
      model.kvLayout(KvType.FLOAT32);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new TrainException(
          "model.maxHistory: keys and values of one user that fit into memory expected, got %s actions in %s layers with %s kvHeads of %s numbers: %s"
              .formatted(
                  model.maxHistory(),
                  model.layers(),
                  model.kvHeads(),
                  model.headDim(),
                  e.getMessage()),
          e);
    }
  }

  static void named(String setting, Set<String> names, FeedSchema schema) {
    for (String name : names) {
      if (!schema.actions().contains(name)) {
        throw new TrainException(
            "training.%s: an action of %s expected, got %s%s"
                .formatted(setting, schema.actions(), name, Nearest.hint(name, schema.actions())));
      }
    }
  }
}
