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
import java.util.HexFormat;

/** What a model's folder tells without its weights being read, and what tells one program from another. */
public final class ModelFolder {
  private static final int SHOWN_BYTES = 8;

  private ModelFolder() {}

  /** The configuration of the model in a folder. */
  public static ModelConfig config(Path folder) {
    return ModelFiles.readConfig(folder.resolve("config.json"));
  }

  /** Equal for equal files of a model; reads them all. */
  public static String fingerprint(Path folder) {
    return ModelFiles.fingerprint(folder);
  }

  /**
   * Refuses an earlier model whose weights a new one could not begin with.
   *
   * @throws ModelException that names what differs
   */
  public static void requireContinues(Path earlier, ModelConfig now) {
    WarmWeights.requireSameShape(now, config(earlier));
  }

  /** Equal for programs that train and validate alike; their comments don't count. */
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
