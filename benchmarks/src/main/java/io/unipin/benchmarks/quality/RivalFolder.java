package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.OutputFile;
import io.unipin.feedlog.database.FileTree;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The folder of one trained rival. Its {@code figures.json} is written last, so a folder with this
 * file is complete. A folder without it belongs to an interrupted training, which starts again.
 *
 * @param origin text of everything on which the rival depends, except the time limit
 */
record RivalFolder(Path folder, String origin) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ORIGIN = "origin";

  /** Trains a rival. Returns its figures, and passes its tensors to the listener. */
  @FunctionalInterface
  interface Training {
    ObjectNode train(Consumer<Map<String, FloatTensor>> tensors);
  }

  /** The figures and tensors of a trained rival. */
  record Trained(ObjectNode figures, Map<String, FloatTensor> tensors, boolean earlier) {
    /** Returns a copy of the figures without the origin. */
    ObjectNode shown() {
      ObjectNode copy = figures.deepCopy();
      copy.remove(ORIGIN);
      return copy;
    }
  }

  /**
   * Returns the rival of this folder. Trains it unless the folder holds the result of an earlier
   * training with the same origin. A finished rival of another origin is renamed.
   *
   * @param say receives a line for a renamed folder
   */
  Trained get(Training training, Consumer<String> say) throws IOException {
    if (Files.exists(figures())) {
      ObjectNode kept = (ObjectNode) JSON.readTree(figures().toFile());
      if (kept.path(ORIGIN).asText().equals(origin)) {
        return new Trained(kept, Safetensors.read(tensors()), true);
      }
      say.accept(
          "%s was trained with other data, settings or program".formatted(folder.getFileName()));
      KeptFolder.putAside(folder, say);
    }
    FileTree.delete(folder);
    Files.createDirectories(folder);
    ObjectNode figures = training.train(tensors -> Safetensors.write(tensors(), tensors));
    figures.put(ORIGIN, origin);
    OutputFile.write(figures(), JSON.writeValueAsString(figures));
    return new Trained(figures, Safetensors.read(tensors()), false);
  }

  private Path figures() {
    return folder.resolve("figures.json");
  }

  private Path tensors() {
    return folder.resolve("weights.safetensors");
  }
}
