package io.unipin.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.data.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Where a training stands; with the model's checkpoint beside it, all that a resumed run needs.
 *
 * @param recipe the recipe's text, which a resumed run must share
 * @param epoch epoch under way, from 0
 * @param batch batches done in that epoch
 * @param step steps done
 * @param highest the largest metric of a validation so far; 0 in a checkpoint of an earlier version
 * @param best validation of the best model so far, which may be a little below the highest
 * @param bestEpoch its epoch, or -1
 * @param seconds spent so far
 * @param examples positions with a loss so far
 */
record TrainState(
    String recipe,
    int epoch,
    int batch,
    long step,
    double highest,
    Validation best,
    int bestEpoch,
    double seconds,
    long examples) {
  /**
   * A validation this close to the highest, relatively, is as good: two validations of one model on
   * as many users again differ by more.
   */
  private static final double NOISE = 0.02;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOLDER = "checkpoint";
  private static final String STATE = "state.json";
  private static final String WEIGHTS = "training.safetensors";

  static TrainState start(String recipe, Validation none) {
    return new TrainState(recipe, 0, 0, 0, 0, none, -1, 0, 0);
  }

  /** After one more batch. */
  TrainState stepped(long moreExamples) {
    return new TrainState(
        recipe,
        epoch,
        batch + 1,
        step + 1,
        highest,
        best,
        bestEpoch,
        seconds,
        examples + moreExamples);
  }

  /**
   * After the validation that ends an epoch. Of the models that are as good as the highest within
   * noise the latest is the best, since it comes of the lowest learning rate.
   */
  TrainState validated(Validation validation) {
    double top = Math.max(validation.metric(), Math.max(highest, best.metric()));
    boolean isBest = validation.metric() >= top * (1 - NOISE);
    return new TrainState(
        recipe,
        epoch + 1,
        0,
        step,
        top,
        isBest ? validation : best,
        isBest ? epoch : bestEpoch,
        seconds,
        examples);
  }

  /** Whether the epoch before this one made the best model so far. */
  boolean lastIsBest() {
    return bestEpoch == epoch - 1;
  }

  TrainState at(double secondsSoFar) {
    return new TrainState(
        recipe, epoch, batch, step, highest, best, bestEpoch, secondsSoFar, examples);
  }

  static boolean exists(Path work) {
    return Files.isRegularFile(work.resolve(FOLDER).resolve(STATE));
  }

  static Path weights(Path work) {
    return work.resolve(FOLDER).resolve(WEIGHTS);
  }

  static TrainState read(Path work) {
    try {
      return JSON.readValue(work.resolve(FOLDER).resolve(STATE).toFile(), TrainState.class);
    } catch (IOException e) {
      throw new TrainException("the checkpoint cannot be read: " + e, e);
    }
  }

  /**
   * Writes a checkpoint beside the last one and then takes its place, so that a crash leaves one of
   * the two.
   */
  void write(Path work, Consumer<Path> weights) {
    Path next = work.resolve(FOLDER + ".next");
    Path old = work.resolve(FOLDER + ".old");
    Path current = work.resolve(FOLDER);
    try {
      FileTree.delete(next);
      Files.createDirectories(next);
      weights.accept(next.resolve(WEIGHTS));
      Files.write(next.resolve(STATE), JSON.writeValueAsBytes(this));
      sync(next.resolve(STATE));
      replace(next, current, old);
    } catch (IOException e) {
      throw new TrainException("the checkpoint cannot be written", e);
    }
  }

  /** Restores the last checkpoint where a crash came between the two renames of {@link #write}. */
  static void recover(Path work) {
    Path old = work.resolve(FOLDER + ".old");
    Path current = work.resolve(FOLDER);
    try {
      if (!Files.exists(current) && Files.exists(old)) {
        Files.move(old, current, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new TrainException("the checkpoint cannot be restored", e);
    }
  }

  /** Removes the checkpoint, so that no later run resumes what another has replaced. */
  static void forget(Path work) throws IOException {
    FileTree.delete(work.resolve(FOLDER));
    FileTree.delete(work.resolve(FOLDER + ".old"));
  }

  /** Puts a folder in the place of another. */
  static void replace(Path next, Path current, Path old) throws IOException {
    FileTree.delete(old);
    if (Files.exists(current)) {
      Files.move(current, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    FileTree.delete(old);
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
