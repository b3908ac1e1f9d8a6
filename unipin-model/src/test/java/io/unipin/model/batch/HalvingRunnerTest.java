package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;
import io.unipin.model.features.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HalvingRunnerTest {
  private record Numbered(int value) implements Gatherer.Call {
    @Override
    public Object bucket() {
      return "any";
    }

    @Override
    public int rows() {
      return 1;
    }
  }

  private final List<Integer> sizes = new ArrayList<>();
  private int freed;

  private List<float[]> run(int calls, int room, ModelException failure) {
    Gatherer.Runner runner =
        batch -> {
          sizes.add(batch.size());
          if (batch.size() > room) {
            throw failure;
          }
          return batch.stream().map(call -> new float[] {((Numbered) call).value()}).toList();
        };
    List<Gatherer.Call> batch = new ArrayList<>();
    IntStream.range(0, calls).forEach(i -> batch.add(new Numbered(i)));
    return new HalvingRunner(runner, () -> freed++).run(batch);
  }

  private static DeviceFullException full() {
    return new DeviceFullException("full", new IllegalStateException());
  }

  @Test
  void run_batchTooLarge_runsHalvesInOrder() {
    assertThat(run(5, 3, full()).stream().map(result -> (int) result[0]))
        .containsExactly(0, 1, 2, 3, 4);
    assertThat(sizes).containsExactly(5, 3, 2);
    assertThat(freed).isEqualTo(1);
  }

  @Test
  void run_batchFits_runsOnce() {
    assertThat(run(5, 5, full())).hasSize(5);
    assertThat(sizes).containsExactly(5);
    assertThat(freed).isZero();
  }

  @Test
  void run_halfTooLarge_fails() {
    assertThatThrownBy(() -> run(8, 3, full())).isInstanceOf(DeviceFullException.class);
    assertThat(sizes).containsExactly(8, 4);
  }

  @Test
  void run_oneCall_triesOnceMore() {
    assertThatThrownBy(() -> run(1, 0, full())).isInstanceOf(DeviceFullException.class);
    assertThat(sizes).containsExactly(1, 1);
  }

  @Test
  void run_otherFailure_isNotTriedAgain() {
    DeviceLostException lost = new DeviceLostException("lost", new IllegalStateException());
    assertThatThrownBy(() -> run(4, 0, lost)).isSameAs(lost);
    assertThat(sizes).containsExactly(4);
  }
}
