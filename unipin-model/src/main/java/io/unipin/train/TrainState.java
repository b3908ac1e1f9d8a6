package io.unipin.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.database.FileTree;
import io.unipin.settings.ExactJson;
import io.unipin.train.recipe.TrainException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * The progress of a training. Together with the tensors in the checkpoint's folder, it is all that
 * a resumed run needs.
 *
 * @param origin origin of the training; a resumed run must have an equal origin
 * @param epoch number of the current epoch, from 0
 * @param batch number of finished batches of the current epoch
 * @param step number of finished steps of all epochs
 * @param highest largest metric of a validation so far; 0 in a checkpoint of an earlier version
 * @param best validation of the best model so far; its metric may be up to 2 % below
 *     {@code highest}
 * @param bestEpoch epoch of the best model, from 0; -1 before the first validation
 * @param seconds seconds of training and validation so far
 * @param examples number of targets, masked actions and labelled candidates that were trained on so
 *     far
 */
record TrainState(
    TrainOrigin origin,
    int epoch,
    int batch,
    long step,
    double highest,
    Validation best,
    int bestEpoch,
    double seconds,
    long examples) {
  /**
   * If a metric is below the highest metric by at most this share, it counts as equally good. Such
   * a difference can be chance: the metrics of one model on two equally large samples of users
   * often differ by more than this.
   */
  private static final double NOISE = 0.02;

  private static final ObjectMapper JSON = ExactJson.builder().build();

  /**
   * Format of {@code state.json}. Format 1 does not state its format. Of the origin, format 1 has
   * only the recipe's text. In format 2 the program's checksum covers comments.
   */
  private static final int FORMAT = 3;

  private static final int WITH_COMMENTS = 2;

  private static final String FOLDER = "checkpoint";
  private static final String STATE = "state.json";
  private static final String WEIGHTS = "training.safetensors";

  static TrainState start(TrainOrigin origin, Validation none) {
    return new TrainState(origin, 0, 0, 0, 0, none, -1, 0, 0);
  }

  /** Returns the state after one more batch. */
  TrainState stepped(long moreExamples) {
    return new TrainState(
        origin,
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
   * Returns the state after the validation that ends an epoch. If the metrics of several models
   * differ from the highest metric only by noise, the latest of these models is the best, because
   * its learning rate was the lowest.
   */
  TrainState validated(Validation validation) {
    double top = Math.max(validation.metric(), Math.max(highest, best.metric()));
    boolean isBest = validation.metric() >= top * (1 - NOISE);
    return new TrainState(
        origin,
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

  /**
   * Returns this state with a complete origin. Checkpoints of earlier formats lack parts of theirs.
   */
  TrainState of(TrainOrigin complete) {
    return new TrainState(
        complete, epoch, batch, step, highest, best, bestEpoch, seconds, examples);
  }

  TrainState at(double secondsSoFar) {
    return new TrainState(
        origin, epoch, batch, step, highest, best, bestEpoch, secondsSoFar, examples);
  }

  static boolean exists(Path work) {
    return Files.isRegularFile(work.resolve(FOLDER).resolve(STATE));
  }

  static Path weights(Path work) {
    return work.resolve(FOLDER).resolve(WEIGHTS);
  }

  static TrainState read(Path work) {
    Path file = work.resolve(FOLDER).resolve(STATE);
    TrainState state = read(file.toFile());
    state.requireSound(file);
    if (state.origin.hasTwoTokensPerAction()) {
      throw new TrainException(
          "a checkpoint with one token per action expected, got model.interleaved=true in %s: begin anew without --resume"
              .formatted(file));
    }
    return state;
  }

  /** Refuses values that no training writes. */
  private void requireSound(Path file) {
    boolean sound =
        origin != null
            && best != null
            && epoch >= 0
            && batch >= 0
            && step >= batch
            && bestEpoch >= -1
            && bestEpoch <= epoch
            && seconds >= 0
            && seconds < Double.POSITIVE_INFINITY
            && examples >= 0;
    if (!sound) {
      throw new TrainException(
          "a checkpoint with origin, best, and numbers that are not negative expected, got another in "
              + file);
    }
  }

  private static TrainState read(File file) {
    try {
      if (!(JSON.readTree(file) instanceof ObjectNode tree)) {
        throw new TrainException("the checkpoint cannot be read: an object expected in " + file);
      }
      JsonNode format = tree.remove("format");
      if (format == null) {
        TrainOrigin origin = TrainOrigin.ofText(tree.path("recipe").asText());
        tree.remove("recipe");
        tree.set("origin", JSON.valueToTree(origin));
      } else if (format.equals(IntNode.valueOf(WITH_COMMENTS))) {
        TrainState state = JSON.treeToValue(tree, TrainState.class);
        return state.of(state.origin.ofFormat2());
      } else if (!format.equals(IntNode.valueOf(FORMAT))) {
        throw new TrainException(
            "a checkpoint of format %s expected, got %s in %s".formatted(FORMAT, format, file));
      }
      return JSON.treeToValue(tree, TrainState.class);
    } catch (IOException e) {
      throw new TrainException("the checkpoint cannot be read: " + e, e);
    }
  }

  /**
   * Writes a checkpoint beside the previous checkpoint and then replaces the previous one. So a
   * crash leaves at least one of the two checkpoints.
   */
  void write(Path work, Consumer<Path> weights) {
    Path next = work.resolve(FOLDER + ".next");
    Path old = work.resolve(FOLDER + ".old");
    Path current = work.resolve(FOLDER);
    try {
      FileTree.delete(next);
      Files.createDirectories(next);
      weights.accept(next.resolve(WEIGHTS));
      ObjectNode tree = JSON.valueToTree(this);
      Files.write(next.resolve(STATE), JSON.writeValueAsBytes(tree.put("format", FORMAT)));
      sync(next.resolve(STATE));
      replace(next, current, old);
    } catch (IOException e) {
      throw new TrainException(
          "the checkpoint cannot be written: %s; the one before stays in %s, for --resume"
              .formatted(e, work),
          e);
    }
  }

  /** Restores the previous checkpoint if a crash came between the two renames of {@link #write}. */
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

  /**
   * Deletes the checkpoint, so that no later run resumes a training that another training has
   * replaced.
   */
  static void forget(Path work) throws IOException {
    FileTree.delete(work.resolve(FOLDER));
    FileTree.delete(work.resolve(FOLDER + ".old"));
  }

  /** Puts a folder in the place of another folder. */
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
