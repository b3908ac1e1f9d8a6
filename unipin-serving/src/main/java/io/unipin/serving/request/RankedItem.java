package io.unipin.serving.request;

/**
 * An item with the model's predictions for it.
 *
 * @param utility value by which the page is ordered; the retrieval score when no item was scored
 * @param probabilities one probability per action; empty when no item was scored; the array is not
 *     copied
 * @param retrievalScore cosine between query and item; 0 when the request had no search
 * @param counted part of the utility that the tables of counts add; 0 when ranking used no counts
 */
public record RankedItem(
    long id,
    String title,
    float utility,
    float[] probabilities,
    float retrievalScore,
    float counted) {
  /** Creates an item that was ranked without counts. */
  public RankedItem(
      long id, String title, float utility, float[] probabilities, float retrievalScore) {
    this(id, title, utility, probabilities, retrievalScore, 0);
  }
}
