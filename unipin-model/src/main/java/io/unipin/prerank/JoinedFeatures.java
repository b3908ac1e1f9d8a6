package io.unipin.prerank;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The features of several sources, one source after the other. Immutable. */
public final class JoinedFeatures implements CandidateFeatures {
  private final List<CandidateFeatures> sources;
  private final List<String> names;

  /**
   * Joins sources.
   *
   * @throws IllegalArgumentException if two features have the same name
   */
  public JoinedFeatures(List<CandidateFeatures> sources) {
    this.sources = List.copyOf(sources);
    List<String> all = new ArrayList<>();
    sources.forEach(source -> all.addAll(source.names()));
    this.names = List.copyOf(all);
    if (new HashSet<>(all).size() < all.size()) {
      throw new IllegalArgumentException("distinct names of features expected, got " + all);
    }
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public void fill(Asked asked, int[] rows, float[] out) {
    int width = names.size();
    int column = 0;
    for (CandidateFeatures source : sources) {
      int own = source.names().size();
      float[] values = new float[rows.length * own];
      source.fill(asked, rows, values);
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(values, i * own, out, i * width + column, own);
      }
      column += own;
    }
  }
}
