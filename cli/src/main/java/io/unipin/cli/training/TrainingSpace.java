package io.unipin.cli.training;

import io.unipin.cli.check.DiskSpace;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.ModelBytes;
import java.nio.file.Path;

/** Estimates the disk space of a training. */
final class TrainingSpace {
  /**
   * The number of floats per weight in a checkpoint: the weight and the optimizer's two moments.
   */
  private static final int CHECKPOINT = 3;

  private final long checkpoint;
  private final long model;
  private final long bundle;

  TrainingSpace(ModelConfig config) {
    ModelBytes bytes = ModelBytes.of(config);
    checkpoint = CHECKPOINT * bytes.weights();
    model = bytes.weights() + bytes.items();
    bundle = model + 2 * bytes.items(); // items are stored in the index and in the catalogue
  }

  /**
   * Refuses folders without enough room. While a checkpoint or the best model is replaced, the old
   * and the new file exist together for a moment.
   */
  void require(Path work, Path out, boolean resumes) {
    long needed = (resumes ? 1 : 2) * (checkpoint + model);
    DiskSpace.require("the checkpoints", work, needed);
    DiskSpace.require("the bundle", out, bundle);
    if (DiskSpace.isOneStore(work, out)) {
      DiskSpace.require("checkpoints and bundle", out, needed + bundle);
    }
  }
}
