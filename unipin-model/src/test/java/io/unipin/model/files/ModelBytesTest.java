package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelBytesTest {
  private static final List<String> ANY = List.of("any");

  /** Returns a model whose items have embeddings of 64 numbers. */
  private static ModelConfig config(int items, int contentDim, int feedForward) {
    return new ModelConfig(items, contentDim, 64, 64, 2, 2, 2, feedForward, 16, ANY, ANY, ANY);
  }

  @Test
  void requireFits_tablesOfAlmostTwoGibibytes_areAccepted() {
    assertThatNoException().isThrownBy(() -> ModelBytes.requireFits(config(8_388_606, 64, 64)));
  }

  @Test
  void requireFits_tooManyItems_namesTheTable() {
    assertThatThrownBy(() -> ModelBytes.requireFits(config(9_000_000, 0, 64)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "at most 2147483647 bytes expected for the items' embeddings, got 9000001 × 64 × 4 ="
                + " 2304000256");
    assertThatThrownBy(() -> ModelBytes.requireFits(config(8_000_000, 100, 64)))
        .hasMessageStartingWith("at most 2147483647 bytes expected for the items' content, got ");
    assertThatThrownBy(() -> ModelBytes.requireFits(config(8_000_000, 0, 64).withContentPath(100)))
        .hasMessageContaining(" for the items' rows of the content path, got 8000001 × 100 × 4 = ");
  }

  @Test
  void requireFits_tooManyWeights_namesTheTensor() {
    assertThatThrownBy(() -> ModelBytes.requireFits(config(60, 0, 1 << 28)))
        .hasMessageStartingWith(
            "at most 2147483647 bytes expected for the tensor forward_in, got 2 × 268435456 × 64");
    AttributeConfig many = new AttributeConfig(1 << 24, List.of("attributes"));
    assertThatThrownBy(() -> ModelBytes.requireFits(config(60, 0, 64).withAttributes(many)))
        .hasMessageContaining(" for the tensor item_attribute, got 16777216 × 64 × 4 = ");
  }
}
