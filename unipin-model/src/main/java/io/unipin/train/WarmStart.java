package io.unipin.train;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.EngineOptions;
import io.unipin.model.TrainingModel;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.ModelConfig;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;

/**
 * An earlier model from which a training on newer logs continues.
 *
 * @param model folder of the earlier model
 * @param catalogue the earlier model's items
 */
public record WarmStart(Path model, Catalogue catalogue) {
  TrainingModel begin(ModelConfig config, long seed, Catalogue now) {
    int[] oldRows = new int[now.size()];
    for (int row = 0; row < oldRows.length; row++) {
      oldRows[row] = catalogue.row(now.id(row));
    }
    return TrainingModel.warm(config, seed, model, oldRows, EngineOptions.cpu());
  }

  /** Refuses the earlier model as {@link RecipeCheck#requireSameWithheld} does. */
  void requireSameWithheld(TrainConfig now) {
    RecipeCheck.requireSameWithheld(now, model);
  }

  /** Combines this training's class counts with those of the earlier model. */
  ClassCounts counted(ClassCounts now) {
    return ClassCounts.read(model).map(now::orEarlier).orElse(now);
  }
}
