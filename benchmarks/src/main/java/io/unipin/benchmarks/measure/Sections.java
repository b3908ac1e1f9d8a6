package io.unipin.benchmarks.measure;

import io.unipin.cli.console.Progress;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Runs the sections of a benchmark. A run may also measure a single section. */
public final class Sections {
  private Sections() {}

  /** Measures one section. */
  public interface Measure<S> {
    void measure(S section) throws IOException, InterruptedException;
  }

  /** Returns the name that a section has in figures and messages. */
  public static String key(Enum<?> section) {
    return section.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Measures the requested sections in order.
   *
   * @param only the sections to measure; an empty set means all sections
   */
  public static <S extends Enum<S>> void measure(
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
