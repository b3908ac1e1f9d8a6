package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequenceModelTest {
  private static final SequenceShape SHAPE = new SequenceShape(30, 16, 2, 2, 12);
  private static final long[] NONE = {};

  private static SequenceModel model(SequenceKind kind) {
    return new SequenceModel(kind, SHAPE, SequenceProgram.random(kind, SHAPE, 3), 3);
  }

  private static SequenceHistory history(int... items) {
    long[] seconds = LongStream.range(0, items.length).map(i -> i * i * 600).toArray();
    return new SequenceHistory(items, seconds);
  }

  /** Returns the queries from every action of a history. */
  private static float[][] everywhere(SequenceModel model, SequenceHistory history) {
    SequenceBatch last = SequenceBatch.queries(List.of(history));
    long[] all = LongStream.range(0, history.size()).toArray();
    return model.queries(
        new SequenceBatch(
            1, history.size(), last.items(), last.positions(), last.seconds(), all, NONE));
  }

  private static void assertClose(float[] one, float[] other) {
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i]).isCloseTo(other[i], within(1e-5f));
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void queries_laterItemChanged_earlierQueriesStay(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      float[][] before = everywhere(model, history(4, 9, 2, 7));
      SequenceHistory changed =
          new SequenceHistory(new int[] {4, 9, 2, 21}, new long[] {0, 600, 2400, 999_999});
      float[][] after = everywhere(model, changed);
      for (int i = 0; i < 3; i++) {
        assertThat(after[i]).isEqualTo(before[i]);
      }
      assertThat(after[3]).as("the changed action itself").isNotEqualTo(before[3]);
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void queries_shortHistoryBesideLongOne_equalsItAlone(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      SequenceHistory brief = history(4, 9, 2);
      SequenceHistory tall = history(1, 2, 3, 4, 5, 6, 7, 8, 9);
      float[][] together = model.queries(SequenceBatch.queries(List.of(brief, tall)));
      assertClose(together[0], model.queries(SequenceBatch.queries(List.of(brief)))[0]);
      assertClose(together[1], model.queries(SequenceBatch.queries(List.of(tall)))[0]);
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void loss_shortHistoryBesideLongOne_isTheMeanOfBoth(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      SequenceHistory brief = history(4, 9, 2);
      SequenceHistory tall = history(1, 2, 3, 4, 5, 6, 7);
      float one = model.loss(SequenceBatch.training(List.of(brief)), NONE);
      float other = model.loss(SequenceBatch.training(List.of(tall)), NONE);
      float both = model.loss(SequenceBatch.training(List.of(brief, tall)), NONE);
      assertThat(both).isCloseTo((2 * one + 6 * other) / 8, within(1e-4f));
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void queries_otherTimes_changeHstuAlone(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      int[] items = {4, 9, 2};
      SequenceHistory quick = new SequenceHistory(items, new long[] {0, 5, 10});
      SequenceHistory slow = new SequenceHistory(items, new long[] {0, 50_000, 900_000});
      float[] one = model.queries(SequenceBatch.queries(List.of(quick)))[0];
      float[] other = model.queries(SequenceBatch.queries(List.of(slow)))[0];
      if (kind == SequenceKind.HSTU) {
        model.step(SequenceBatch.training(List.of(slow, quick)), NONE, 0.1f, 0);
        one = model.queries(SequenceBatch.queries(List.of(quick)))[0];
        other = model.queries(SequenceBatch.queries(List.of(slow)))[0];
        assertThat(one).isNotEqualTo(other);
      } else {
        assertThat(one).isEqualTo(other);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void loss_negatives_doNotCountTheTarget(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      SequenceBatch batch = SequenceBatch.training(List.of(history(4, 9)));
      long[] target = new long[5];
      Arrays.fill(target, 9);
      assertThat(model.loss(batch, target)).isCloseTo(0, within(1e-6f));
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void loss_allItemsAsNegatives_isTheFullSoftmax(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      SequenceBatch batch = SequenceBatch.training(List.of(history(4, 9, 2, 7)));
      long[] all = IntStream.range(0, SHAPE.items()).asLongStream().toArray();
      assertThat(model.loss(batch, all)).isCloseTo(model.loss(batch, NONE), within(1e-5f));
    }
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void restore_afterSteps_givesTheCopysQueries(SequenceKind kind) {
    try (SequenceModel model = model(kind)) {
      SequenceHistory history = history(4, 9, 2);
      var copy = model.copy();
      float[] before = model.queries(SequenceBatch.queries(List.of(history)))[0];
      model.step(SequenceBatch.training(List.of(history)), NONE, 0.1f, 0.1f);
      float[] moved = model.queries(SequenceBatch.queries(List.of(history)))[0];
      assertThat(moved).isNotEqualTo(before);
      model.restore(copy);
      assertThat(model.queries(SequenceBatch.queries(List.of(history)))[0]).isEqualTo(before);
    }
  }
}
