package io.unipin.benchmarks.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.simulator.LiveFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log of the pages that the users of a live feed were shown, and of the users' actions. Not
 * thread-safe.
 */
final class WeekLog {
  private final Map<String, List<Shown>> users = new TreeMap<>();

  /** A page and the user's reactions to its items. */
  record Shown(LiveFeed.Visit visit, long[] items, List<LiveFeed.Reaction> reactions) {}

  void add(Shown page) {
    users.computeIfAbsent(page.visit().user(), user -> new ArrayList<>()).add(page);
  }

  /** Returns all pages by user. The pages of a user are in the order of their times. */
  Map<String, List<Shown>> users() {
    return users;
  }

  /** Returns all pages and actions as a feed log of the given items. */
  FeedLog feedLog(Catalogue catalogue) {
    FeedSchema schema =
        new FeedSchema(LiveFeed.actions(), List.of("click", "save"), LiveFeed.surfaces());
    FeedLogBuilder log = new FeedLogBuilder(schema, catalogue);
    users.forEach(
        (user, pages) -> {
          log.user(user);
          pages.forEach(page -> add(log, schema, catalogue, page));
        });
    return log.build();
  }

  private static void add(FeedLogBuilder log, FeedSchema schema, Catalogue catalogue, Shown page) {
    int surface = schema.surfaces().indexOf(page.visit().surface());
    log.view(surface, page.visit().timeMs());
    for (long item : page.items()) {
      long bits =
          page.reactions().stream()
              .filter(reaction -> reaction.item() == item)
              .mapToLong(reaction -> bits(schema, reaction))
              .reduce(0, (one, other) -> one | other);
      log.impression(catalogue.row(item), bits);
    }
    for (LiveFeed.Reaction reaction : page.reactions()) {
      log.action(
          catalogue.row(reaction.item()), bits(schema, reaction), surface, reaction.timeMs());
    }
  }

  private static long bits(FeedSchema schema, LiveFeed.Reaction reaction) {
    return reaction.actions().stream()
        .mapToLong(action -> 1L << schema.actions().indexOf(action))
        .reduce(0, (one, other) -> one | other);
  }
}
