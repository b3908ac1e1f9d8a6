package io.unipin.model.batch;

import io.unipin.model.features.DeviceFullException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a batch again as two halves if the device has no memory for the whole batch. If a half does
 * not fit either, the batch fails. A call may run twice, and must give the same result both times.
 * Immutable.
 *
 * @param free frees memory that the engine keeps for later calls
 */
public record HalvingRunner(Gatherer.Runner runner, Runnable free) implements Gatherer.Runner {
  @Override
  public List<float[]> run(List<Gatherer.Call> calls) {
    try {
      return runner.run(calls);
    } catch (DeviceFullException e) {
      free.run();
      int half = (calls.size() + 1) / 2;
      List<float[]> results = new ArrayList<>(runner.run(calls.subList(0, half)));
      if (half < calls.size()) {
        results.addAll(runner.run(calls.subList(half, calls.size())));
      }
      return results;
    }
  }
}
