package io.unipin.serving.slate;

import io.unipin.feedlog.FeedLog;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Draws;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Removal;
import io.unipin.serving.request.Removal.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a page from ranked candidates. The page holds the best candidates that the rules allow,
 * in order of utility. For each candidate that a rule kept off the page, the result names the rule.
 *
 * <p>Immutable. A choice looks at candidates until the page is full. It takes O(candidates) steps
 * with exploration, and O(candidates × page) steps when the page lacks fresh items.
 */
public final class SlateRules {
  /*
   * Blocks and caps are applied from the best candidate down. An item is taken if it is not blocked
   * and neither its author nor its category has reached the cap.
   *
   * If the page has too few fresh items, the next best fresh candidates are added, including
   * candidates that a cap removed.
   *
   * Each added candidate replaces the worst item that is not fresh and whose removal also makes
   * room under the caps.
   */
  private final SlateConfig config;
  private final ImpressionCounts impressions;
  private final Explorer explorer;

  /** Creates rules. Exploration uses the given counts of impressions. */
  public SlateRules(SlateConfig config, ImpressionCounts impressions) {
    this.config = config;
    this.impressions = impressions;
    this.explorer = new Explorer(config);
  }

  /**
   * A page and the candidates that rules kept off the page. Both lists are in ranking order, except
   * that a drawn item stands at the position of the item that it replaced.
   */
  public record Slated(List<RankedItem> items, List<Removal> removals, Draws draws) {}

  /**
   * Chooses at most {@code size} items, and draws items with few impressions for some positions.
   *
   * @param page identifies the page, which determines the results of its draws
   * @param nowMs the request's time in milliseconds since the epoch
   * @param earlier returns the impressions of an item, by its id, that training or a later count of
   *     the feed log saw on the page's surface
   */
  public Slated choose(
      List<RankedItem> ranked,
      int size,
      ItemView items,
      PageId page,
      long nowMs,
      LongUnaryOperator earlier) {
    Choice choice = new Choice(ranked, items, nowMs);
    choice.fill(size);
    choice.freshen(size);
    return choice.slated(
        config.exploration().explores() ? choice.explore(page, earlier) : Draws.OFF);
  }

  /** A page under construction. Not thread-safe. */
  private final class Choice {
    private final List<RankedItem> ranked;
    private final ItemView items;
    private final long oldestFresh;
    private final long oldestExplored;

    /** Entries of the candidates that were looked at. The candidate of rank r has index r - 1. */
    private final @Nullable SlateEntry[] entries;

    private final List<SlateEntry> chosen = new ArrayList<>();
    private final List<Removal> removals = new ArrayList<>();
    private final Map<String, Integer> authors = new HashMap<>();
    private final Map<String, Integer> categories = new HashMap<>();

    Choice(List<RankedItem> ranked, ItemView items, long nowMs) {
      this.ranked = ranked;
      this.items = items;
      this.oldestFresh = nowMs - config.freshWithin().toMillis();
      long within = config.exploration().within().toMillis();
      this.oldestExplored = within == 0 ? FeedLog.NO_TIME : nowMs - within;
      this.entries = new SlateEntry[ranked.size()];
    }

    /** Returns the candidate with an index in the ranking. */
    private SlateEntry entry(int index) {
      SlateEntry known = entries[index];
      if (known != null) {
        return known;
      }
      RankedItem item = ranked.get(index);
      int row = items.row(item.id());
      long created = items.createdMs(row);
      boolean fresh = created != FeedLog.NO_TIME && created >= oldestFresh;
      boolean blocked =
          config.blockedItems().contains(item.id())
              || (!config.blockedItemKeys().isEmpty()
                  && config.blockedItemKeys().contains(items.key(row)));
      SlateEntry entry =
          new SlateEntry(
              item,
              index + 1,
              items.author(row),
              items.category(row),
              fresh,
              created >= oldestExplored, // an unknown time is before all others
              blocked);
      entries[index] = entry;
      return entry;
    }

    /** Adds the best allowed candidates until the page has {@code size} items. */
    void fill(int size) {
      for (int i = 0; i < entries.length && chosen.size() < size; i++) {
        SlateEntry entry = entry(i);
        Rule rule = blocking(entry);
        rule = rule == null ? full(entry) : rule;
        if (rule == null) {
          take(entry);
        } else {
          remove(entry, rule);
        }
      }
    }

    private @Nullable Rule blocking(SlateEntry entry) {
      if (entry.blocked()) {
        return Rule.BLOCKED_ITEM;
      }
      if (config.blockedAuthors().contains(entry.author())) {
        return Rule.BLOCKED_AUTHOR;
      }
      return config.blockedCategories().contains(entry.category()) ? Rule.BLOCKED_CATEGORY : null;
    }

    private @Nullable Rule full(SlateEntry entry) {
      if (isFull(authors, entry.author(), config.perAuthor())) {
        return Rule.AUTHOR_CAP;
      }
      return isFull(categories, entry.category(), config.perCategory()) ? Rule.CATEGORY_CAP : null;
    }

    private static boolean isFull(Map<String, Integer> counts, String name, int cap) {
      return cap > 0 && !name.isEmpty() && counts.getOrDefault(name, 0) >= cap;
    }

    private void take(SlateEntry entry) {
      chosen.add(entry);
      authors.merge(entry.author(), 1, Integer::sum);
      categories.merge(entry.category(), 1, Integer::sum);
    }

    private void leave(SlateEntry entry) {
      chosen.remove(entry);
      authors.merge(entry.author(), -1, Integer::sum);
      categories.merge(entry.category(), -1, Integer::sum);
    }

    private void remove(SlateEntry entry, Rule rule) {
      removals.add(new Removal(entry.item().id(), entry.place(), entry.item().utility(), rule));
    }

    /** Adds fresh candidates until the page has enough of them or no further candidate fits. */
    void freshen(int size) {
      long missing =
          Math.min(config.freshItems(), size) - chosen.stream().filter(SlateEntry::fresh).count();
      boolean changed = missing > 0;
      while (changed) {
        changed = false;
        for (int i = 0; i < entries.length && missing > 0; i++) {
          SlateEntry entry = entry(i);
          if (entry.fresh() && blocking(entry) == null && !chosen.contains(entry)) {
            if (replaceWorst(entry)) {
              changed = true;
              missing--;
            }
          }
        }
      }
      chosen.sort(Comparator.comparingInt(SlateEntry::place));
    }

    private boolean replaceWorst(SlateEntry fresh) {
      SlateEntry worst = null;
      for (SlateEntry entry : chosen) {
        if (!entry.fresh()
            && fits(authors, config.perAuthor(), fresh.author(), entry.author())
            && fits(categories, config.perCategory(), fresh.category(), entry.category())
            && (worst == null || worst.place() < entry.place())) {
          worst = entry;
        }
      }
      if (worst == null) {
        return false;
      }
      leave(worst);
      take(fresh);
      removals.removeIf(removal -> removal.item() == fresh.item().id());
      remove(worst, Rule.FRESHNESS_FLOOR);
      return true;
    }

    /**
     * Whether the cap allows one more item of author or category {@code in} after an item of {@code
     * out} is removed.
     */
    private static boolean fits(Map<String, Integer> counts, int cap, String in, String out) {
      return in.equals(out) || !isFull(counts, in, cap);
    }

    /** Draws items for some positions of the page, and puts the drawn items there. */
    Draws explore(PageId page, LongUnaryOperator earlier) {
      Set<SlateEntry> shown = new HashSet<>(chosen);
      List<SlateEntry> others =
          IntStream.range(0, entries.length)
              .mapToObj(this::entry)
              .filter(entry -> !shown.contains(entry) && blocking(entry) == null)
              .toList();
      Draws draws = explorer.draw(List.copyOf(chosen), others, page, earlier, impressions);
      for (Draw draw : draws.draws()) {
        if (draw.isExplored()) {
          show(draw, others);
        }
      }
      return draws;
    }

    private void show(Draw draw, List<SlateEntry> others) {
      SlateEntry drawn =
          others.stream()
              .filter(entry -> entry.item().id() == draw.item())
              .findFirst()
              .orElseThrow();
      remove(chosen.set(draw.place(), drawn), Rule.EXPLORATION);
      removals.removeIf(removal -> removal.item() == draw.item());
    }

    Slated slated(Draws draws) {
      removals.sort(Comparator.comparingInt(Removal::place));
      List<RankedItem> items = chosen.stream().map(SlateEntry::item).toList();
      return new Slated(items, List.copyOf(removals), draws);
    }
  }
}
