package io.unipin.cli.demo;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Table;
import io.unipin.cli.server.PlaceText;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Puts an item into the running server, shows its position on two users' pages, and deletes it. Not
 * thread-safe.
 */
final class NewItemScene {
  /**
   * The number of items on the requested pages. Such a page is longer than a screen, because an
   * item that was not in the training data is seldom at the top.
   */
  private static final int PAGE = 100;

  private static final int CHOICES = 100;

  private final Guide guide;
  private final UniPinClient pages;
  private final UniPinAdminClient admin;
  private final ConsoleInspector inspector;
  private final Duration patience;
  private final Map<String, Object> results = new LinkedHashMap<>();

  /**
   * Creates the scene. {@link #play} begins it.
   *
   * @param patience how long to request pages after the put if no page has the item
   */
  NewItemScene(
      Guide guide,
      UniPinClient pages,
      UniPinAdminClient admin,
      ConsoleInspector inspector,
      Duration patience) {
    this.guide = guide;
    this.pages = pages;
    this.admin = admin;
    this.inspector = inspector;
    this.patience = patience;
  }

  /**
   * Puts the item, requests pages, deletes the item and returns the figures. Tells the reader if
   * the item is not served, or if no page has it.
   *
   * @param others users among whom the second visitor is chosen; the user who acts least on the
   *     item's category is chosen
   */
  Map<String, Object> play(Visitor visitor, List<DemoUser> others)
      throws IOException, InterruptedException {
    guide.stop("A new item");
    List<Long> chosen = visitor.user().chosen(CHOICES);
    if (chosen.isEmpty()) {
      guide.say("The user has chosen no item, so nothing says which new item suits the user.");
      return results;
    }
    Catalogue catalogue = visitor.user().log().catalogue();
    CatalogueItem source = catalogue.item(catalogue.row(favourite(visitor, chosen)));
    Item item = NewItem.like(source, NewItem.unusedId(catalogue), System.currentTimeMillis());
    guide.say("'%s' appears, item %d. No training has seen it.", item.getTitle(), item.getId());
    guide.say("It has the content of '%s' (%s). Of the", source.title(), source.category());
    guide.say("user's newest choices, the model ranks this one highest for the user.");
    List<Long> before = ids(page(visitor));
    admin.index(); // connects now, so that the time of the put does not include connecting
    long begin = System.nanoTime();
    ItemVerdict verdict = admin.putItems(List.of(item)).get(0);
    double putMs = since(begin);
    results.put("outcome", name(verdict.getOutcome()));
    results.put("put_ms", putMs);
    guide.say("The put was answered '%s' after %.1f ms.", name(verdict.getOutcome()), putMs);
    if (verdict.getOutcome() == ItemVerdict.Outcome.ADDED) {
      awaitPage(visitor, item.getId(), begin);
      guide.say("GetItem says where it is served: %s.", places(item.getId()));
      explain(visitor, others, item);
    } else {
      guide.say("No page can have it: %s", verdict.getReason());
    }
    delete(visitor, item.getId(), before);
    return results;
  }

  /** Returns the item that the model ranks highest among the user's newest choices. */
  private long favourite(Visitor visitor, List<Long> chosen) {
    UserContext.Builder user =
        UserContext.newBuilder().setUserId(visitor.user().id()).setTimeMs(visitor.timeMs());
    RankRequest request = RankRequest.newBuilder().setUser(user).addAllItemIds(chosen).build();
    return pages.rank(request).getItemsList().stream()
        .max(Comparator.comparingDouble(ScoredItem::getUtility))
        .map(ScoredItem::getItemId)
        .orElseThrow(() -> new CommandException("a ranked item expected, got none"));
  }

  private String places(long item) {
    return admin.getItem(item).getPlacesList().stream()
        .map(PlaceText::line)
        .collect(Collectors.joining("; "));
  }

  /**
   * Requests pages until a page has the item or {@code patience} has passed. Requests at least one
   * page.
   */
  private void awaitPage(Visitor visitor, long item, long begin) {
    int requests = 0;
    int place;
    List<ScoredItem> items;
    do {
      items = page(visitor);
      place = SlateChange.place(items, item);
      requests++;
    } while (place == 0 && System.nanoTime() - begin < patience.toNanos());
    double visibleMs = since(begin);
    results.put("pages", requests);
    if (place == 0) {
      guide.say(
          "The user asked %,d times within %.1f s. No page has it.", requests, visibleMs / 1e3);
      return;
    }
    results.put("visible_ms", visibleMs);
    guide.say(
        "%.1f ms after the put began, the user had a page with it, at place %d of %d:",
        visibleMs, place, items.size());
    ScoredItem shown = items.get(place - 1);
    guide.show(RetrieveAndRankResponse.newBuilder().addItems(shown).build(), place);
  }

  /** An item's position on a visitor's page, or 0 if it is not on the page, and the reason. */
  private record Standing(Visitor visitor, int place, ItemFate fate) {
    Map<String, Object> figures() {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("place", place);
      figures.putAll(fate.figures());
      return figures;
    }
  }

  private Standing standing(Visitor visitor, long item) throws IOException, InterruptedException {
    int place = SlateChange.place(page(visitor), item);
    return new Standing(visitor, place, inspector.judge(visitor, item, PAGE));
  }

  private void explain(Visitor visitor, List<DemoUser> others, Item item)
      throws IOException, InterruptedException {
    List<Standing> standings = new ArrayList<>();
    standings.add(standing(visitor, item.getId()));
    results.putAll(standings.get(0).figures());
    List<DemoUser> rest =
        others.stream().filter(user -> user.row() != visitor.user().row()).toList();
    Optional<DemoUser> other = DemoUser.leastIn(item.getCategory(), rest);
    if (other.isPresent()) {
      Visitor second = new Visitor(other.get(), other.get().visitMs());
      standings.add(standing(second, item.getId()));
      results.put("other_taste", standings.get(1).figures());
      guide.say("Where it stands for this user, and for one of another taste:");
    } else {
      guide.say("Where it stands for this user. The log has no other user to compare with.");
    }
    guide.show(table(standings, item.getCategory()));
    guide.say("'last' is the utility of the last item on the page. The inspector says why:");
    for (Standing standing : standings) {
      ItemFate fate = standing.fate();
      guide.say(
          "%s: %s, %s", standing.visitor().user().id(), fate.verdict(), fate.probabilityText());
      guide.say("  %s", fate.meaning());
    }
  }

  private static Table table(List<Standing> standings, String category) {
    Table table =
        new Table(
            "user",
            "actions in '" + category + "'",
            "place on page",
            "by similarity",
            "by utility",
            "utility",
            "last");
    for (Standing standing : standings) {
      DemoUser user = standing.visitor().user();
      ItemFate fate = standing.fate();
      table.row(
          user.id(),
          user.actionsIn(category) + " of " + user.actions(),
          standing.place() == 0 ? "-" : standing.place(),
          String.format(Locale.ROOT, "%,d", fate.similarity()),
          String.format(Locale.ROOT, "%,d", fate.rank()),
          String.format(Locale.ROOT, "%.3f", fate.utility()),
          String.format(Locale.ROOT, "%.3f", fate.lastOnPage()));
    }
    return table;
  }

  private void delete(Visitor visitor, long item, List<Long> before) {
    ItemVerdict verdict = admin.deleteItems(List.of(item)).get(0);
    List<ScoredItem> after = page(visitor);
    boolean gone = SlateChange.place(after, item) == 0;
    boolean restored = ids(after).equals(before);
    results.put("gone_after_delete", gone);
    results.put("page_restored", restored);
    guide.say(
        "The delete was answered '%s'. The next page %s the item%s.",
        name(verdict.getOutcome()),
        gone ? "is without" : "still has",
        restored ? ", and is the same as before the put" : "");
  }

  private List<ScoredItem> page(Visitor visitor) {
    return pages.retrieveAndRank(visitor.page(PAGE)).getItemsList();
  }

  private static List<Long> ids(List<ScoredItem> items) {
    return items.stream().map(ScoredItem::getItemId).toList();
  }

  private static String name(ItemVerdict.Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }
}
