package io.unipin.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests the parts of the loss that are for new and rare items. */
class RareLossTest {
  private static final long SEED = 5;
  private static final ModelConfig CONFIG = TestModels.config(2, 1, 16);
  private static final int ACTIONS = CONFIG.actions().size();
  private static final StepSettings SETTINGS = TestBatches.settings(CONFIG, 1, 0);
  private static final float[] NONE = {};
  private static final long[] NO_ROWS = {};

  private static TrainingBatch batch() {
    return TestBatches.batch(CONFIG, SEED, 3, 7, 4);
  }

  /**
   * Returns the loss of a batch for random weights. In these weights, the id rows of some items are
   * zeros.
   */
  private static StepLoss loss(TrainingBatch batch, StepSettings settings, boolean... withoutId) {
    Weights weights = Weights.random(CONFIG, SEED).withoutIds(withoutId);
    try (TrainingModel model = TrainingModel.of(CONFIG, weights)) {
      return model.loss(batch, settings);
    }
  }

  /** Returns the first of these rows that belongs to an item of the catalogue. */
  private static long item(long[] classes) {
    return Arrays.stream(classes).filter(i -> i < CONFIG.items()).findFirst().orElseThrow();
  }

  /** Returns the item of a labelled candidate. */
  private static long shown(TrainingBatch batch) {
    long[] slate = batch.slate().items();
    return item(Arrays.stream(batch.shown().at()).map(cell -> slate[(int) cell]).toArray());
  }

  private static boolean[] only(long... items) {
    boolean[] chosen = new boolean[CONFIG.items()];
    for (long item : items) {
      chosen[(int) item] = true;
    }
    return chosen;
  }

  private static TrainingBatch hiding(TrainingBatch batch, boolean[] hidden) {
    float[] kept = new float[CONFIG.items() + 1];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = i < hidden.length && hidden[i] ? 0 : 1;
    }
    return TestBatches.with(batch, new TrainingBatch.Rare(kept, NO_ROWS, NONE, NO_ROWS, NONE));
  }

  @Test
  void gradients_ofHiddenIds_areExactlyZero() {
    TrainingBatch batch = batch();
    long token = item(batch.tokens().items());
    long shown = shown(batch);
    long target = batch.targets().items()[0];
    boolean[] hidden = only(token, shown, target);
    Map<String, float[]> gradients;
    Map<String, float[]> plain;
    try (TrainingModel model = TrainingModel.of(CONFIG, Weights.random(CONFIG, SEED))) {
      gradients = model.gradients(hiding(batch, hidden), SETTINGS);
      plain = model.gradients(batch, SETTINGS);
    }
    float[] rows = requireNonNull(gradients.get(Program.ITEM_ID));
    float[] plainRows = requireNonNull(plain.get(Program.ITEM_ID));
    int dim = CONFIG.itemDim();
    for (int item = 0; item < CONFIG.items(); item++) {
      float[] row = Arrays.copyOfRange(rows, item * dim, (item + 1) * dim);
      if (hidden[item]) {
        assertThat(row).as("item %d", item).containsExactly(new float[dim], within(0f));
      } else {
        assertThat(row).as("item %d", item).isNotEqualTo(new float[dim]);
      }
      float[] plainRow = Arrays.copyOfRange(plainRows, item * dim, (item + 1) * dim);
      assertThat(plainRow).as("item %d, kept", item).isNotEqualTo(new float[dim]);
    }
  }

  @Test
  void loss_hiddenIds_isThatOfIdsOfZeros() {
    TrainingBatch batch = batch();
    boolean[] hidden = only(item(batch.tokens().items()), batch.targets().items()[1]);
    StepLoss expected = loss(batch, SETTINGS, hidden);
    assertThat(loss(hiding(batch, hidden), SETTINGS)).isEqualTo(expected);
    assertThat(loss(batch, SETTINGS).total()).isNotEqualTo(expected.total());
    assertThat(loss(hiding(batch, only()), SETTINGS)).isEqualTo(loss(batch, SETTINGS));
  }

  @Test
  void loss_classLeftOut_hasNoProbability() {
    TrainingBatch batch = batch();
    long item =
        LongStream.range(0, CONFIG.items())
            .filter(i -> Arrays.stream(TestBatches.used(batch, SEED)).noneMatch(used -> used == i))
            .findFirst()
            .orElseThrow();
    float[] content = batch.content().clone();
    content[(int) item * TestModels.CONTENT] += 3;
    TrainingBatch changed = TestBatches.withContent(batch, content);
    assertThat(loss(changed, SETTINGS).item()).isNotEqualTo(loss(batch, SETTINGS).item());
    long[] others = LongStream.range(0, CONFIG.items()).filter(i -> i != item).toArray();
    assertThat(loss(TestBatches.competing(changed, others), SETTINGS))
        .isEqualTo(loss(TestBatches.competing(batch, others), SETTINGS));
  }

  @Test
  void loss_bareCandidate_changesTheSlatesPartAlone() {
    TrainingBatch batch = batch();
    long item = shown(batch);
    long[] slate = batch.slate().items().clone();
    long[] bare = {item};
    for (int i = 0; i < slate.length; i++) {
      slate[i] = slate[i] == item ? batch.classes().length : slate[i];
    }
    TrainingBatch.Rare rare = new TrainingBatch.Rare(NONE, bare, NONE, NO_ROWS, NONE);
    StepLoss plain = loss(batch, SETTINGS);
    StepLoss without = loss(TestBatches.with(TestBatches.withSlate(batch, slate), rare), SETTINGS);
    assertThat(without.item()).isEqualTo(plain.item());
    assertThat(without.hidden()).isEqualTo(plain.hidden());
    assertThat(without.slate()).isNotEqualTo(plain.slate());
    // If no history contains the item, zeros in its id row must give the same loss as a bare
    // candidate.
    TrainingBatch elsewhere = TestBatches.withoutTokens(batch, item, (item + 1) % CONFIG.items());
    TrainingBatch bareElsewhere = TestBatches.with(TestBatches.withSlate(elsewhere, slate), rare);
    assertThat(loss(bareElsewhere, SETTINGS).slate())
        .isCloseTo(loss(elsewhere, SETTINGS, only(item)).slate(), within(1e-6f));
  }

  @Test
  void loss_scoreReg_addsTheGapOfMeansAsPlainDoublesGiveIt() {
    TrainingBatch batch = batch();
    float[] cold = {1, 0, 0, 1, 0, 1};
    TrainingBatch compared =
        TestBatches.with(batch, new TrainingBatch.Rare(NONE, NO_ROWS, cold, NO_ROWS, NONE));
    double expected = 0;
    double[][] probabilities = probabilities(batch);
    for (int c = 0; c < ACTIONS; c++) {
      for (int label = 0; label <= 1; label++) {
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int s = 0; s < cold.length; s++) {
          if (batch.shown().actions()[s * ACTIONS + c] == label) {
            sums[(int) cold[s]] += probabilities[s][c];
            counts[(int) cold[s]]++;
          }
        }
        if (counts[0] > 0 && counts[1] > 0) {
          double gap = sums[0] / counts[0] - sums[1] / counts[1];
          expected += gap * gap;
        }
      }
    }
    StepLoss plain = loss(batch, SETTINGS);
    StepLoss with = loss(compared, TestBatches.rare(SETTINGS, 100, 0));
    assertThat(expected).isGreaterThan(1e-4);
    assertThat((with.total() - plain.total()) / 100.0).isCloseTo(expected, within(1e-5));
    assertThat(with.slate()).isEqualTo(plain.slate());
  }

  /**
   * Returns the probabilities (S, C) of the labelled candidates. Each probability is computed from
   * the loss of a batch in which only this candidate is labelled, with only one action.
   */
  private static double[][] probabilities(TrainingBatch batch) {
    double[][] probabilities = new double[batch.shown().at().length][ACTIONS];
    for (int s = 0; s < probabilities.length; s++) {
      for (int c = 0; c < ACTIONS; c++) {
        float[] weights = new float[ACTIONS];
        weights[c] = 1;
        StepSettings one = new StepSettings(1, 101, 0, 0, 1, 0, weights, weights, 0, 0);
        float[] labels = new float[ACTIONS];
        labels[c] = 1;
        long[] at = {batch.shown().at()[s]};
        TrainingBatch alone = TestBatches.labelled(batch, new TrainingBatch.Labels(at, labels));
        probabilities[s][c] = Math.exp(-loss(alone, one).slate());
      }
    }
    return probabilities;
  }

  @Test
  void loss_scoreRegWithOneKindAlone_addsNothing() {
    TrainingBatch batch = batch();
    StepLoss plain = loss(batch, SETTINGS);
    for (float kind : new float[] {0, 1}) {
      float[] cold = new float[batch.shown().at().length];
      Arrays.fill(cold, kind);
      TrainingBatch compared =
          TestBatches.with(batch, new TrainingBatch.Rare(NONE, NO_ROWS, cold, NO_ROWS, NONE));
      assertThat(loss(compared, TestBatches.rare(SETTINGS, 100, 0))).isEqualTo(plain);
    }
  }

  private static TrainingBatch mixed(TrainingBatch batch, long[] partners, float... shares) {
    return TestBatches.with(batch, new TrainingBatch.Rare(NONE, NO_ROWS, NONE, partners, shares));
  }

  @Test
  void loss_mixesOfWholeCandidates_countThemOnceMore() {
    TrainingBatch batch = batch();
    StepSettings settings = TestBatches.rare(SETTINGS, 0, 0.5);
    StepLoss plain = loss(batch, SETTINGS);
    long[] partners = {5, 4, 3, 2, 1, 0};
    StepLoss own = loss(mixed(batch, partners, 1, 1, 1, 1, 1, 1), settings);
    assertThat(own.total()).isEqualTo(plain.total() + 0.5f * plain.slate());
    StepLoss others = loss(mixed(batch, partners, 0, 0, 0, 0, 0, 0), settings);
    assertThat(others.total()).isCloseTo(own.total(), within(1e-5f));
    StepLoss halves = loss(mixed(batch, partners, .5f, .5f, .5f, .5f, .5f, .5f), settings);
    assertThat(halves.total()).isNotCloseTo(own.total(), within(1e-5f));
    assertThat(halves.slate()).isEqualTo(plain.slate());
  }

  @Test
  void loss_mixes_takeStateAndLabelsOfThePartner() {
    TrainingBatch batch = batch();
    float[] first = Arrays.copyOf(batch.shown().actions(), ACTIONS);
    long at = batch.shown().at()[0];
    TrainingBatch both =
        TestBatches.labelled(batch, new TrainingBatch.Labels(new long[] {at, at}, twice(first)));
    TrainingBatch two =
        TestBatches.labelled(
            batch,
            new TrainingBatch.Labels(
                Arrays.copyOf(batch.shown().at(), 2),
                Arrays.copyOf(batch.shown().actions(), 2 * ACTIONS)));
    StepLoss plain = loss(two, SETTINGS);
    StepLoss mixed = loss(mixed(two, new long[] {0, 0}, 1, 0), TestBatches.rare(SETTINGS, 0, 1));
    assertThat(mixed.total() - plain.total())
        .isCloseTo(loss(both, SETTINGS).slate(), within(1e-5f));
    assertThat(plain.slate()).isNotCloseTo(loss(both, SETTINGS).slate(), within(1e-3f));
  }

  private static float[] twice(float[] row) {
    float[] both = Arrays.copyOf(row, 2 * row.length);
    System.arraycopy(row, 0, both, row.length, row.length);
    return both;
  }
}
