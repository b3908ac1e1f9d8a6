package io.unipin.model;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import io.unipin.model.files.WarmWeights;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads facts about a model from its folder without loading it into the engine, and identifies the
 * program.
 */
public final class ModelFolder {
  private static final int SHOWN_BYTES = 8;

  private ModelFolder() {}

  /** Returns the configuration of the model in a folder. */
  public static ModelConfig config(Path folder) {
    return ModelFiles.readConfig(folder.resolve("config.json"));
  }

  /**
   * Returns the model's fingerprint. Models with equal files have equal fingerprints. Reads all
   * files.
   */
  public static String fingerprint(Path folder) {
    return ModelFiles.fingerprint(folder);
  }

  /**
   * Returns for each item whether it has an id row. If a training left out items without targets,
   * these items have zeros instead of an id row. Reads all files.
   */
  public static boolean[] haveIds(Path folder) {
    ModelFiles files = ModelFiles.read(folder);
    return Arrays.copyOf(files.weights().haveIds(), files.config().items());
  }

  /**
   * Refuses an earlier model if its weights do not fit a new model.
   *
   * @throws ModelException if the weights do not fit; the message states the difference
   */
  public static void requireContinues(Path earlier, ModelConfig now) {
    WarmWeights.requireSameShape(now, config(earlier));
  }

  /**
   * Returns a checksum of the program that trains and validates models. Comments do not change the
   * checksum.
   */
  public static String program() {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256")
              .digest(Program.trainingCode().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, SHOWN_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
