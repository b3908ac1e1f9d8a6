package io.unipin.model.files;

import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.InputTable;
import io.unipin.model.features.StandIns;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Replaces a model's rows of classes that training met too rarely to learn. Such rows are almost as
 * random as before training.
 *
 * <p>A gap, position or offset gets the row of the class that {@link StandIns} names. A surface, an
 * action or an unknown gap gets the mean of the learned rows.
 *
 * <p>Rows are replaced when a model is loaded for computing, so evaluation, calibration and serving
 * use the same rows. The files keep the original rows, and a later training continues from them.
 */
public final class RareClasses {
  private final StandIns standIns;
  private final float[] rows;
  private final int width;

  private RareClasses(StandIns standIns, float[] rows, int width) {
    this.standIns = standIns;
    this.rows = rows;
    this.width = width;
  }

  /** Returns the weights with which the model computes. */
  static Weights replaced(Weights weights, ClassCounts counts) {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    for (InputTable table : InputTable.values()) {
      FloatTensor tensor = weights.get(table.tensor());
      int width = Math.toIntExact(tensor.shape()[1]);
      StandIns standIns = new StandIns(table, counts);
      RareClasses classes = new RareClasses(standIns, tensor.toArray(), width);
      float[] rows =
          table.order() == InputTable.Order.NONE ? classes.unordered() : classes.ordered();
      tensors.put(table.tensor(), FloatTensor.of(rows, tensor.shape()));
    }
    return weights.with(tensors);
  }

  /**
   * Returns the rows (classes, width) of an unordered table. The mean of the learned rows replaces
   * every row that is not learned.
   */
  private float[] unordered() {
    float[] replaced = rows.clone();
    int[] learned = standIns.learned();
    int[] all = IntStream.range(0, rows.length / width).toArray();
    float[] mean = mean(learned.length == 0 ? all : learned);
    for (int i : all) {
      if (Arrays.binarySearch(learned, i) < 0) {
        System.arraycopy(mean, 0, replaced, i * width, width);
      }
    }
    return replaced;
  }

  /**
   * Returns the rows (classes, width) of an ordered table. Every class has the row of its stand-in.
   */
  private float[] ordered() {
    float[] replaced = rows.clone();
    int[] classes = standIns.classes();
    for (int i = 0; i < classes.length; i++) {
      System.arraycopy(rows, classes[i] * width, replaced, i * width, width);
    }
    if (standIns.lacksUnknown()) {
      float[] mean = mean(standIns.learned());
      System.arraycopy(mean, 0, replaced, GapBuckets.UNKNOWN * width, width);
    }
    return replaced;
  }

  private float[] mean(int[] classes) {
    float[] mean = new float[width];
    for (int d = 0; d < width; d++) {
      double sum = 0;
      for (int i : classes) {
        sum += rows[i * width + d];
      }
      mean[d] = (float) (sum / classes.length);
    }
    return mean;
  }
}
