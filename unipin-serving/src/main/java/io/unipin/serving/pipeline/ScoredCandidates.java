package io.unipin.serving.pipeline;

import io.unipin.model.features.BestFirst;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Scored candidates, best first. Of two candidates with equal utilities, the one with the smaller
 * id comes first.
 *
 * <p>A page shows few of its candidates. So only numbers are ordered, and an item is created when
 * it is read for the first time. Its title comes from the request's view of the items, so the list
 * must not be read after the view is closed. Unmodifiable. Not thread-safe.
 */
final class ScoredCandidates extends AbstractList<RankedItem> implements RandomAccess {
  private final ItemView items;
  private final List<Candidate> candidates;
  private final Scores scores;
  private final PageOrder pageOrder;
  private final int actions;
  private final float[] utilities;

  /** Indices of the candidates, best first. */
  private final int[] order;

  private final @Nullable RankedItem[] created;

  /**
   * Two arrays with the probabilities of candidates, each (candidates, actions).
   *
   * @param plain what the model computed; the same array as {@code counted} if there are no counts
   * @param counted the probabilities after the counts have changed them
   */
  record Scores(float[] plain, float[] counted) {}

  /** Orders candidates. */
  ScoredCandidates(ItemView items, List<Candidate> candidates, Scores scores, PageOrder pageOrder) {
    this.items = items;
    this.candidates = candidates;
    this.scores = scores;
    this.pageOrder = pageOrder;
    int count = candidates.size();
    this.actions = count == 0 ? 0 : scores.counted().length / count;
    this.utilities = new float[count];
    for (int i = 0; i < count; i++) {
      utilities[i] = pageOrder.utility(candidates.get(i).score(), scores.counted(), i * actions);
    }
    this.order = BestFirst.order(utilities, i -> candidates.get(i).id());
    this.created = new RankedItem[count];
  }

  @Override
  public RankedItem get(int place) {
    RankedItem item = created[place];
    if (item == null) {
      int i = order[place];
      Candidate candidate = candidates.get(i);
      item =
          new RankedItem(
              candidate.id(),
              items.title(candidate.row()),
              utilities[i],
              Arrays.copyOfRange(scores.counted(), i * actions, (i + 1) * actions),
              candidate.score(),
              utilities[i] - pageOrder.utility(candidate.score(), scores.plain(), i * actions));
      created[place] = item;
    }
    return item;
  }

  @Override
  public int size() {
    return order.length;
  }
}
