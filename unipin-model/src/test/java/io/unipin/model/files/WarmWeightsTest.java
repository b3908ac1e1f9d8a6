package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmWeightsTest {
  private static final int DIM = 2;
  private static final List<String> ACTIONS = List.of("click", "save");
  private static final List<String> SURFACES = List.of("home");
  private static final ModelConfig EARLIER = config(3, 8, 8, ACTIONS, SURFACES);

  @TempDir Path folder;

  private Weights before;

  private static ModelConfig config(
      int items, int width, int maxHistory, List<String> actions, List<String> surfaces) {
    return new ModelConfig(
        items, 0, DIM, width, 1, 2, 1, 4, maxHistory, actions, List.of("click"), surfaces);
  }

  @BeforeEach
  void writeEarlier() {
    before = Weights.random(EARLIER, 1);
    before = before.with("calibration", FloatTensor.of(new float[] {2, 3, 4, 5}, 2, 2));
    ModelFiles.write(folder, EARLIER, before, new float[4 * DIM]);
  }

  private float[] earlier(String tensor) {
    return before.get(tensor).toArray();
  }

  private static float[] row(float[] table, int row, int width) {
    return Arrays.copyOfRange(table, row * width, (row + 1) * width);
  }

  @Test
  void of_theSameCatalogue_isAllButCalibration() {
    Weights warm = WarmWeights.of(EARLIER, 2, folder, new int[] {0, 1, 2});
    Weights fresh = Weights.random(EARLIER, 2);
    for (Map.Entry<String, FloatTensor> entry : warm.tensors().entrySet()) {
      String name = entry.getKey();
      boolean anew = name.equals("calibration") || name.equals(Program.ACTIVATION_RANGE);
      assertThat(entry.getValue().toArray())
          .as(name)
          .isEqualTo((anew ? fresh : before).get(name).toArray());
    }
  }

  @Test
  void of_moreItemsActionsAndSurfaces_beginsTheNewOnesAtRandom() {
    ModelConfig now =
        config(5, 8, 16, List.of("click", "save", "hide"), List.of("home", "search", "related"));
    Weights warm = WarmWeights.of(now, 2, folder, new int[] {-1, 2, 0, -1, 1});
    Weights fresh = Weights.random(now, 2);
    float[] ids = warm.get(Program.ITEM_ID).toArray();
    float[] freshIds = fresh.get(Program.ITEM_ID).toArray();
    float[] oldIds = earlier(Program.ITEM_ID);
    assertThat(row(ids, 0, DIM)).isEqualTo(row(freshIds, 0, DIM));
    assertThat(row(ids, 1, DIM)).isEqualTo(row(oldIds, 2, DIM));
    assertThat(row(ids, 2, DIM)).isEqualTo(row(oldIds, 0, DIM));
    assertThat(row(ids, 3, DIM)).isEqualTo(row(freshIds, 3, DIM));
    assertThat(row(ids, 4, DIM)).isEqualTo(row(oldIds, 1, DIM));
    assertThat(row(ids, 5, DIM)).as("what is in no catalogue").isEqualTo(row(oldIds, 3, DIM));

    float[] actions = warm.get("token_action").toArray();
    for (int action = 0; action < 2; action++) {
      assertThat(row(actions, action, 8)).isEqualTo(row(earlier("token_action"), action, 8));
    }
    assertThat(row(actions, 2, 8)).isEqualTo(row(fresh.get("token_action").toArray(), 2, 8));
    float[] surfaces = warm.get("token_surface").toArray();
    assertThat(row(surfaces, 0, 8)).isEqualTo(earlier("token_surface"));
    assertThat(row(surfaces, 2, 8)).isEqualTo(row(fresh.get("token_surface").toArray(), 2, 8));
    assertThat(warm.get("calibration").toArray()).containsExactly(1, 1, 1, 0, 0, 0);
    assertThat(warm.get("attention_in").toArray()).isEqualTo(earlier("attention_in"));
  }

  @Test
  void of_anotherShape_namesWhatDiffers() {
    ModelConfig wider = config(3, 16, 8, ACTIONS, SURFACES);
    assertThatThrownBy(() -> WarmWeights.of(wider, 2, folder, new int[] {0, 1, 2}))
        .isInstanceOf(ModelException.class)
        .hasMessage("warm start: the shape of the earlier model expected, width 8, got width 16");
  }

  @Test
  void of_fewerOrOtherNames_isRefused() {
    for (List<String> actions : List.of(List.of("click"), List.of("click", "hide", "save"))) {
      ModelConfig other = config(3, 8, 8, actions, SURFACES);
      assertThatThrownBy(() -> WarmWeights.of(other, 2, folder, new int[] {0, 1, 2}))
          .isInstanceOf(ModelException.class)
          .hasMessage(
              "warm start: actions that begin with the earlier model's [click, save] expected, got "
                  + actions);
    }
    ModelConfig elsewhere = config(3, 8, 8, ACTIONS, List.of("search", "home"));
    assertThatThrownBy(() -> WarmWeights.requireSameShape(elsewhere, EARLIER))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("surfaces that begin with the earlier model's [home] expected");
  }
}
