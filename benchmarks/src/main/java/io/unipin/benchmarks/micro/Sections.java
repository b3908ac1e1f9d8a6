package io.unipin.benchmarks.micro;

import io.unipin.serving.cli.Progress;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** The parts of a benchmark that can be measured alone. */
final class Sections {
  private Sections() {}

  /** Measures one. */
  interface Measure<S> {
    void measure(S section) throws IOException, InterruptedException;
  }

  /** Its name in figures and before people. */
  static String key(Enum<?> section) {
    return section.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Measures what is asked for, in order.
   *
   * @param only what that is; all where empty
   */
  static <S extends Enum<S>> void measure(
      String benchmark, S[] all, Set<S> only, Measure<S> measure)
      throws IOException, InterruptedException {
    try (Progress progress = Progress.begin(benchmark, all.length)) {
      for (int i = 0; i < all.length; i++) {
        progress.at(i, all.length, key(all[i]));
        if (only.isEmpty() || only.contains(all[i])) {
          measure.measure(all[i]);
        }
      }
    }
  }
}
