package io.unipin.prerank;

import io.unipin.counts.CountInputs;
import io.unipin.counts.CountTables;
import java.util.Arrays;
import java.util.List;

/**
 * The inputs that tables of counts give for a candidate. A live item is not in the tables, so all
 * of its features are unknown. Immutable.
 */
public final class CountedFeatures implements CandidateFeatures {
  /** Begins the names of these features. */
  public static final String PREFIX = "counts.";

  private final CountTables tables;
  private final CountInputs inputs;
  private final List<String> names;

  public CountedFeatures(CountTables tables) {
    this.tables = tables;
    this.inputs = new CountInputs(tables);
    this.names = tables.features().names().stream().map(name -> PREFIX + name).toList();
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public void fill(Asked asked, int[] rows, float[] out) {
    int width = names.size();
    inputs.fill(tables.query(asked.surface(), asked.positives()), rows, out);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= tables.items()) {
        Arrays.fill(out, i * width, (i + 1) * width, Float.NaN);
      }
    }
  }
}
