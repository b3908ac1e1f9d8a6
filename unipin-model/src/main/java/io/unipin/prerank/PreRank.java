package io.unipin.prerank;

import io.unipin.counts.CountTables;
import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.BestFirst;
import io.unipin.model.features.ModelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rule that chooses the candidates which the transformer scores: those with the highest
 * {@code similarity * (q . e) + sum of weight * feature}, where {@code q . e} is the dot product of
 * query and item. Of two candidates with equal sums, the candidate with the smaller id comes first.
 * Immutable, hence thread-safe.
 *
 * <p>The mean of a feature takes the place of an unknown value. An item that training did not see,
 * such as a live item, therefore gets neither an advantage nor a disadvantage from its features.
 */
public final class PreRank {
  private final FittedPreRank fitted;
  private final CandidateFeatures source;
  private final int[] columns;
  private final String text;

  private PreRank(FittedPreRank fitted, CandidateFeatures source, int[] columns) {
    this.fitted = fitted;
    this.source = source;
    this.columns = columns;
    this.text = fitted.text();
  }

  /**
   * Combines weights with the source of their features.
   *
   * @throws ModelException if the source lacks a feature that has a weight
   */
  public static PreRank of(FittedPreRank fitted, CandidateFeatures source) {
    int[] columns = new int[fitted.features().size()];
    for (int f = 0; f < columns.length; f++) {
      FittedPreRank.Feature feature = fitted.features().get(f);
      columns[f] = source.names().indexOf(feature.name());
      if (columns[f] < 0 && feature.weight() != 0) {
        throw new ModelException(
            "%s: one of the features %s expected, got %s"
                .formatted(FittedPreRank.FILE, source.names(), feature.name()));
      }
    }
    return new PreRank(fitted, source, columns);
  }

  /**
   * Returns the features of the candidates of a model: first those of the counts, if there are any,
   * then those of {@link KnownFeatures}.
   */
  public static CandidateFeatures features(
      PreRankTables tables, Catalogue catalogue, @Nullable CountTables counts) {
    List<CandidateFeatures> sources = new ArrayList<>();
    if (counts != null) {
      sources.add(new CountedFeatures(counts));
    }
    sources.add(new KnownFeatures(tables, catalogue));
    return new JoinedFeatures(sources);
  }

  /** Returns the weights. */
  public FittedPreRank fitted() {
    return fitted;
  }

  /** Returns the source of the features. */
  public CandidateFeatures source() {
    return source;
  }

  /** Returns the sum by which candidates are ordered, as a text. */
  public String text() {
    return text;
  }

  /**
   * Returns the sums of candidates.
   *
   * @param dots (k) dot product of query and item
   * @param rows (k) rows of the catalogue; a row outside of the catalogue belongs to a live item
   */
  public float[] sums(Asked asked, float[] dots, int[] rows) {
    float[] features = new float[rows.length * source.names().size()];
    source.fill(asked, rows, features);
    return sums(dots, features);
  }

  /**
   * Returns the sums of candidates.
   *
   * @param dots (k) dot product of query and item
   * @param features (k, features) values that {@link #source} gave; NaN where not known
   */
  public float[] sums(float[] dots, float[] features) {
    int width = source.names().size();
    float[] sums = new float[dots.length];
    for (int i = 0; i < sums.length; i++) {
      double sum = (double) fitted.similarity() * dots[i];
      for (int f = 0; f < columns.length; f++) {
        FittedPreRank.Feature feature = fitted.features().get(f);
        if (feature.weight() != 0) {
          float value = features[i * width + columns[f]];
          sum += (double) feature.weight() * (Float.isNaN(value) ? feature.mean() : value);
        }
      }
      sums[i] = (float) sum;
    }
    return sums;
  }

  /**
   * Returns the indices of all candidates, best first.
   *
   * @param sums (k) finite sums
   * @param ids (k) item ids
   */
  public static int[] order(float[] sums, long[] ids) {
    float[] scores = new float[sums.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = sums[i] + 0f; // -0 becomes 0, because both are equal sums
    }
    return BestFirst.order(scores, i -> ids[i]);
  }
}
