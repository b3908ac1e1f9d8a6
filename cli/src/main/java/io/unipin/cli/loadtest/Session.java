package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One user's way through a feed: the next page follows the last one that arrived, and actions are about what it showed.
 *
 * <p>A page that is due while the one before is still on its way begins the feed anew: nobody waits for a slow server.
 * Thread-safe.
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

  /** The cursor to ask the next page with; it is used once. */
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

  /** Actions on what the user sees, better places first; on anything of the catalogue where no page arrived yet. */
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
