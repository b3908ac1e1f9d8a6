package io.unipin.serving.slate;

import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Draws;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Draws items with few impressions for some positions of a page. The probability of every item on
 * the page is exact. Immutable.
 */
final class Explorer {
  /*
   * A page has n items, and s is the share of exploration. So s n of the page's impressions should
   * be drawn. They are spread over m = ceil(2 s n) positions. Each of these positions shows a drawn
   * item with the probability q = s n / m, which is at most one half. So, at every position, at
   * least half of the answers show the item that the slate rules put there. Comparisons with other
   * policies need these answers. Draw j of m decides position floor((j + 1/2) n / m).
   *
   * The pool holds the best candidates that are not on the page and have few impressions. Each
   * candidate belongs to one draw, so no item can be drawn twice and the draws are independent. A
   * draw keeps the position's item with probability 1 - q. Otherwise it draws from its candidates
   * by a softmax of their upper bounds. So the propensity is 1 - q for a kept item, q times the
   * softmax for a drawn item, and 1 for the item at a position without a draw.
   *
   * Every combination of draws must obey the rules. Otherwise the result of one draw would restrict
   * the other draws, and the draws would not be independent. So a candidate joins a draw only if
   * the caps hold even when all draws show other items.
   */
  private static final double MOST_DRAWN = 0.5;

  private final ExplorationConfig config;
  private final boolean hasFloor;
  private final Cap authors;
  private final Cap categories;

  Explorer(SlateConfig rules) {
    this.config = rules.exploration();
    this.hasFloor = rules.freshItems() > 0;
    this.authors = new Cap(SlateEntry::author, rules.perAuthor());
    this.categories = new Cap(SlateEntry::category, rules.perCategory());
  }

  /**
   * Draws items for some positions of a page.
   *
   * @param page items of the page as the rules chose them
   * @param others allowed candidates that are not on the page, best first
   * @param earlier returns the impressions of an item, by its id, that the feed log has
   */
  Draws draw(
      List<SlateEntry> page,
      List<SlateEntry> others,
      PageId id,
      LongUnaryOperator earlier,
      ImpressionCounts impressions) {
    long[] items = others.stream().mapToLong(entry -> entry.item().id()).toArray();
    ImpressionCounts.Reading read = impressions.read(id.surface(), items);
    List<DrawOptions> draws = draws(page);
    int next = 0;
    int pooled = 0;
    for (int i = 0; i < others.size() && pooled < config.pool() && !draws.isEmpty(); i++) {
      if (!others.get(i).young()) {
        continue;
      }
      // An impression after the training may be in both counts, and one before it only in the
      // earlier count. So the larger count is the better one.
      long shown = Math.max(read.impressions()[i], earlier.applyAsLong(items[i]));
      if (shown < config.impressionsBelow()) {
        pooled++;
        int joined = join(draws, next, page, others.get(i), shown);
        next = joined < 0 ? next : (joined + 1) % draws.size();
      }
    }
    List<Draw> drawn = new ArrayList<>();
    for (DrawOptions draw : draws) {
      if (!draw.isEmpty()) {
        drawn.add(draw.draw(config, id.uniform(read.generation(), draw.place())));
      }
    }
    return new Draws(true, read.generation(), config.logCandidates(), drawn);
  }

  private List<DrawOptions> draws(List<SlateEntry> page) {
    double wanted = config.share() * page.size();
    int count = (int) Math.ceil(wanted / MOST_DRAWN);
    List<DrawOptions> draws = new ArrayList<>();
    for (int j = 0; j < count; j++) {
      int place = (int) ((j + 0.5) * page.size() / count);
      draws.add(new DrawOptions(place, page.get(place), wanted / count));
    }
    return draws;
  }

  /**
   * Adds a candidate to the first draw that may show it, from draw {@code first} on. Returns the
   * index of this draw, or -1 if there is none.
   */
  private int join(
      List<DrawOptions> draws,
      int first,
      List<SlateEntry> page,
      SlateEntry candidate,
      long impressions) {
    for (int i = 0; i < draws.size(); i++) {
      int at = (first + i) % draws.size();
      DrawOptions draw = draws.get(at);
      boolean keepsFloor = !hasFloor || !draw.kept().fresh() || candidate.fresh();
      if (keepsFloor
          && authors.allows(candidate, draw, draws, page)
          && categories.allows(candidate, draw, draws, page)) {
        draw.add(candidate, impressions);
        return at;
      }
    }
    return -1;
  }
}
