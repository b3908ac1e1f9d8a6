package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.KnownFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountLayoutTest {
  /** Largest number of action types of a feed log. */
  private static final int MOST_ACTIONS = 62;

  @Test
  void features_mostActions_fitIntoTheWeightsOfPreRanking(@TempDir Path folder) {
    List<String> actions =
        IntStream.range(0, MOST_ACTIONS).mapToObj(i -> "an-action-of-a-long-name-" + i).toList();
    List<CountWindow> windows = List.of(CountWindow.values());
    CountLayout layout =
        new CountLayout("", 100, 9, 9, actions, List.of("home"), windows, true, true);
    List<String> names = new ArrayList<>(KnownFeatures.NAMES);
    layout.features().names().forEach(name -> names.add("counts." + name));
    List<FittedPreRank.Feature> features =
        names.stream()
            .map(name -> new FittedPreRank.Feature(name, -1.2345678e-5f, -1.2345678e-5f))
            .toList();
    FittedPreRank fitted = new FittedPreRank(1, 1, features, 50, 1000, 200, 0.5, 0.6);
    fitted.write(folder);
    assertThat(FittedPreRank.read(folder)).contains(fitted);
  }
}
