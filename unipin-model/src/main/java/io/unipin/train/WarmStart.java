package io.unipin.train;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.ModelFolder;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.WarmWeights;
import io.unipin.model.files.Weights;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;

/**
 * An earlier model from which a training on newer logs continues.
 *
 * @param model folder of the earlier model
 * @param catalogue the earlier model's items
 */
public record WarmStart(Path model, Catalogue catalogue) {
  /**
   * Returns the weights with which a training begins. Items, actions and surfaces that the earlier
   * model lacks start with random weights.
   */
  Weights weights(ModelConfig config, long seed, Catalogue now) {
    return WarmWeights.of(config, seed, model, oldRows(now));
  }

  /** Returns whether each item of a catalogue has an id row in the earlier model. */
  boolean[] haveIds(Catalogue now) {
    int[] oldRows = oldRows(now);
    boolean[] old = ModelFolder.haveIds(model);
    boolean[] have = new boolean[oldRows.length];
    for (int row = 0; row < have.length; row++) {
      have[row] = oldRows[row] >= 0 && old[oldRows[row]];
    }
    return have;
  }

  /** Returns the row that each item of a catalogue has in the earlier model; -1 for a new item. */
  private int[] oldRows(Catalogue now) {
    int[] oldRows = new int[now.size()];
    for (int row = 0; row < oldRows.length; row++) {
      oldRows[row] = catalogue.row(now.id(row));
    }
    return oldRows;
  }

  /**
   * Refuses the earlier model if it may have learned items that the recipe {@code now} withholds.
   */
  void requireSameWithheld(TrainConfig now) {
    RecipeCheck.requireSameWithheld(now, model);
  }

  /** Combines this training's class counts with the class counts of the earlier model. */
  ClassCounts counted(ClassCounts now) {
    return ClassCounts.read(model).map(now::orEarlier).orElse(now);
  }
}
