package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that models which no server could serve are not published. */
final class BundlePublisherTest {
  private static final ModelConfig CONFIG = TinyBundles.config();

  @TempDir Path folder;

  private Path model;
  private Path bundles;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("model");
    bundles = Files.createDirectories(folder.resolve("bundles"));
    ModelWriter.writeRandom(model, CONFIG, 1);
  }

  private void publish() {
    BundlePublisher.publish(model, TinyBundles.catalogue(), "exact", bundles.resolve("p4"));
  }

  /** Sets all elements of some tensors of the model to a number. */
  private void set(float number, String... names) {
    ModelFiles files = ModelFiles.read(model);
    Weights weights = files.weights();
    for (String name : names) {
      float[] values = weights.get(name).toArray();
      Arrays.fill(values, number);
      weights = weights.with(name, FloatTensor.of(values, weights.get(name).shape()));
    }
    ModelFiles.write(model, CONFIG, weights, files.items().toArray());
  }

  private void assertNothingIsLeft() {
    assertThat(bundles).isEmptyDirectory();
  }

  @Test
  void publish_folderWithoutWeights_namesWhatIsMissing() throws IOException {
    Files.delete(model.resolve("weights.safetensors"));
    Files.delete(model.resolve("items.safetensors"));
    assertThatThrownBy(this::publish)
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "bundle p4: config.json, weights.safetensors, items.safetensors expected in the model's"
                + " folder, got none of weights.safetensors, items.safetensors");
    assertNothingIsLeft();
  }

  @Test
  void publish_weightsThatAreNotFinite_isRefused() {
    set(Float.NaN, "head_out");
    assertThatThrownBy(this::publish)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("finite numbers expected in tensor head_out");
    assertNothingIsLeft();
  }

  /** The numbers are finite, but sums of their products are not. */
  @Test
  void publish_probabilitiesThatAreNotFinite_isRefused() {
    set(3e38f, "head_norm", "head_in");
    assertThatThrownBy(this::publish)
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "a model with finite probabilities expected, got NaN for a history of 0 actions");
    assertNothingIsLeft();
  }
}
