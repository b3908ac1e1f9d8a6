package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One user's visit to a feed. Each page continues the last page that arrived, and actions refer to
 * the items of that page. Thread-safe.
 *
 * <p>If the previous page has not arrived when the next page is due, the feed begins again with its
 * first page. Real users don't wait for a slow server.
 */
final class Session {
  private final String user;
  private final String eventPrefix;
  private final SplittableRandom random;
  private String cursor = "";
  private List<Long> shown = List.of();
  private int events;

  Session(String user, String eventPrefix, long seed) {
    this.user = user;
    this.eventPrefix = eventPrefix;
    this.random = new SplittableRandom(seed);
  }

  String user() {
    return user;
  }

  /**
   * Returns the cursor for the next page and clears the cursor, because each cursor is used once.
   */
  synchronized String takeCursor() {
    String taken = cursor;
    cursor = "";
    return taken;
  }

  synchronized void onPage(Reply reply) {
    if (!reply.isFailure()) {
      cursor = reply.cursor();
      shown = List.copyOf(reply.items());
    }
  }

  /**
   * Returns actions on items that the user sees. Items in higher positions get more actions. Before
   * the first page arrives, the actions are on any items of the catalogue.
   */
  synchronized List<Target.Act> act(int count, Vocabulary vocabulary, long timeMs) {
    List<Target.Act> acts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long item;
      if (shown.isEmpty()) {
        item = vocabulary.item(random);
      } else {
        double place = random.nextDouble();
        item = shown.get((int) (place * place * shown.size()));
      }
      String event = eventPrefix + "-" + events++;
      acts.add(new Target.Act(user, item, vocabulary.action(random), event, timeMs + i));
    }
    return acts;
  }
}
