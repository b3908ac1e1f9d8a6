package io.unipin.evaluate.baseline;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;

/**
 * A baseline that compares contents and learns nothing. Contents are scaled to unit length; an item
 * without content has zeros. An item's score is the dot product of its content and the mean content
 * of the items of the user's positive actions. Immutable.
 */
public final class ContentNeighbours {
  private final FeedLog log;
  private final int dim;
  private final float[] factors;

  private ContentNeighbours(FeedLog log, float[] factors) {
    this.log = log;
    this.dim = log.catalogue().contentDim();
    this.factors = factors;
  }

  public static ContentNeighbours of(FeedLog log) {
    Catalogue catalogue = log.catalogue();
    float[] factors = new float[catalogue.contentDim() == 0 ? 0 : catalogue.size()];
    for (int item = 0; item < factors.length; item++) {
      double square = 0;
      for (int d = 0; d < catalogue.contentDim(); d++) {
        float value = catalogue.content()[item * catalogue.contentDim() + d];
        square += (double) value * value;
      }
      factors[item] = square == 0 ? 0 : (float) (1 / Math.sqrt(square));
    }
    return new ContentNeighbours(log, factors);
  }

  /** Whether the log's items have content. Without content there are no neighbours. */
  public boolean areKnown() {
    return factors.length > 0;
  }

  /** Returns the factor that scales an item's content to unit length; 0 without content. */
  public float factor(int item) {
    return factors[item];
  }

  /**
   * Returns the mean (contentDim) of the contents of the items of positive actions. Each content is
   * first scaled to unit length. Only actions in rows {@code [from, to)} of the log count. Returns
   * zeros if there is no such action.
   */
  public float[] query(int from, int to) {
    double[] sum = new double[dim];
    int positives = 0;
    for (int row = from; row < to; row++) {
      if ((log.actionBits()[row] & log.schema().positiveBits()) != 0) {
        int item = log.actionItems()[row];
        positives++;
        for (int d = 0; d < dim; d++) {
          sum[d] += factors[item] * log.catalogue().content()[item * dim + d];
        }
      }
    }
    float[] query = new float[dim];
    for (int d = 0; d < dim; d++) {
      query[d] = (float) (sum[d] / Math.max(1, positives));
    }
    return query;
  }
}
