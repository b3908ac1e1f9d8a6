package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.model.files.ModelFiles;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Repeats the tests of its superclass for a model with windows, and tests what a window leaves out.
 */
class WindowEqualsDenseTest extends ServingEqualsDenseTest {
  private static final AttentionWindow WINDOW = new AttentionWindow(24, 3, 2);

  @Override
  AttentionWindow window() {
    return WINDOW;
  }

  private static HostRows encoded(ServingModel model, List<UserAction> actions) {
    int capacity = model.config().kvLayout(KvType.FLOAT32).capacityFor(1 + actions.size());
    HostRows block = TestModels.block(model.config(), KvType.FLOAT32, capacity);
    model.extend(TokenSequence.of(actions), 0, block);
    return block;
  }

  /** Whether a row of keys and values of a layer differs between two blocks. */
  private static boolean differs(HostRows a, HostRows b, int layer, int row) {
    int head = a.layout().headDim();
    int planes = 2 * a.layout().kvHeads();
    FloatBuffer one = a.memory().asFloatBuffer();
    FloatBuffer two = b.memory().asFloatBuffer();
    for (int plane = layer * planes; plane < (layer + 1) * planes; plane++) {
      for (int i = 0; i < head; i++) {
        int at = (plane * a.capacity() + row) * head + i;
        if (one.get(at) != two.get(at)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The keys and values of layer 1 come from what rows saw in layer 0. So after a change of one
   * action they change in the rows whose windows hold the action, and in no other row. In the layer
   * above those with windows, the last row sees every change.
   */
  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "3, false", "13, false", "40, false"})
  void extend_changedAction_changesOnlyTheRowsThatSeeIt(
      int changed, boolean global, @TempDir Path folder) {
    ModelConfig config = TestModels.config(4, 2, 152).withWindow(WINDOW);
    List<UserAction> actions = TestModels.actions(new Random(3), 100);
    try (ServingModel model = TestModels.serving(folder, config, 3)) {
      HostRows before = encoded(model, actions);
      float[] state = model.extend(TokenSequence.of(actions), 0, before);
      UserAction old = actions.get(changed - 1);
      actions.set(
          changed - 1,
          UserAction.of((old.item() + 1) % 60, old.actions(), old.surface(), old.timeMs()));
      HostRows after = encoded(model, actions);
      int half = WINDOW.rows() / 2;
      for (int row = 0; row <= 100; row++) {
        boolean sees = row >= changed && (global || row / half <= changed / half + 1);
        assertThat(differs(before, after, 1, row)).as("row %s", row).isEqualTo(sees);
      }
      float[] changedState = model.extend(TokenSequence.of(actions), 0, after);
      assertThat(largestDifference(state, changedState)).isPositive();
    }
  }

  /** A window as long as the history leaves out no row. */
  @Test
  void extend_historyWithinTheWindow_equalsAModelWithoutWindows(@TempDir Path folder) {
    ModelConfig plain = TestModels.config(4, 2, 152);
    List<UserAction> actions = TestModels.actions(new Random(4), 23);
    int[] candidates = TestModels.candidates(new Random(5), 7);
    try (ServingModel without = TestModels.serving(folder.resolve("a"), plain, 3);
        ServingModel with = TestModels.serving(folder.resolve("b"), plain.withWindow(WINDOW), 3)) {
      float[] expected =
          without.score(encoded(without, actions), 24, candidates, TestModels.CONTEXT);
      float[] got = with.score(encoded(with, actions), 24, candidates, TestModels.CONTEXT);
      assertThat(largestDifference(got, expected)).isLessThan(1e-6f);
      assertThat(with.fingerprint()).isNotEqualTo(without.fingerprint());
    }
  }

  @Test
  void check_modelWithWindowsOnACard_isRefused(@TempDir Path folder) {
    ModelConfig config = TestModels.config(4, 2, 152);
    TestModels.write(folder, config.withWindow(WINDOW), 3);
    ModelFiles files = ModelFiles.read(folder);
    EngineOptions.cpu().check(files);
    assertThatThrownBy(() -> EngineOptions.on(EngineDevice.cuda(0), Precision.FLOAT32).check(files))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "engine.device: cpu expected for a model with windows of attention (model.window 24),"
                + " got cuda");
  }
}
