package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossArgumentsTest {
  private static final ModelConfig CONFIG = TestModels.config(2, 2, 8);

  private static LossArguments arguments(NDManager scope) {
    TrainingBatch batch = TestBatches.batch(CONFIG, 1, 2, 5, 3);
    return LossArguments.of(
        scope, batch, TestBatches.settings(CONFIG, 1, 0.25), CONFIG.actions().size());
  }

  @Test
  void requireDeclared_ofTheShippedProgram_passes() {
    assertThatCode(LossArguments::requireDeclared).doesNotThrowAnyException();
  }

  @Test
  void requireParameters_reorderedNames_tellsTheFirstDifference() {
    List<String> names = new ArrayList<>(LossArguments.NAMES);
    Collections.swap(names, names.indexOf("slate_gaps"), names.indexOf("slate_positions"));
    assertThatThrownBy(() -> Program.requireParameters(Program.Use.TRAINING, "loss", names))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parameter 15 of the program's loss: slate_gaps expected, got slate_positions");
  }

  @Test
  void inOrder_allPutIn_isTheDeclaredOrder() {
    try (NDManager scope = Torch.newManager(EngineDevice.CPU)) {
      NDArray ids = scope.create(new float[] {1});
      NDArray content = scope.create(new float[] {2});
      NDArray buckets = scope.create(new long[] {4});
      NDArray starts = scope.create(new long[] {5});
      NDArray bias = scope.create(new float[] {3});
      List<NDArray> ordered =
          arguments(scope)
              .put("class_bias", bias)
              .put("ids", ids)
              .put("starts", starts)
              .put("buckets", buckets)
              .put("content", content)
              .inOrder();
      assertThat(ordered)
          .hasSameSizeAs(LossArguments.NAMES)
          .startsWith(ids, content, buckets, starts, bias);
      assertThat(ordered.get(ordered.size() - 1).toFloatArray()).containsExactly(0.25f);
    }
  }

  @Test
  void inOrder_oneMissing_isRefused() {
    try (NDManager scope = Torch.newManager(EngineDevice.CPU)) {
      LossArguments arguments = arguments(scope).put("ids", scope.create(new float[] {1}));
      assertThatThrownBy(arguments::inOrder).hasMessage("argument content expected, got none");
    }
  }

  @Test
  void put_unknownOrTwice_isRefused() {
    try (NDManager scope = Torch.newManager(EngineDevice.CPU)) {
      NDArray any = scope.create(new float[] {1});
      LossArguments arguments = arguments(scope);
      assertThatThrownBy(() -> arguments.put("id", any)).hasMessageEndingWith("expected, got id");
      assertThatThrownBy(() -> arguments.put("cuts", any))
          .hasMessageEndingWith("expected, got cuts");
    }
  }
}
