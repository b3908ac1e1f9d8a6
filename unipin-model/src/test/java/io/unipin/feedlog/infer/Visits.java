package io.unipin.feedlog.infer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Invented visits: users come a few times and act on a few items each time, half a minute apart.
 *
 * @param user number of the user, from 1
 * @param item number of the item, from 1
 * @param visit number of the visit, from 1
 * @param timeMs milliseconds since 1970
 * @param place position of the item on the page, from 1
 */
record Visits(int user, int item, int visit, long timeMs, int place) {
  private static final long START_MS = Instant.parse("2021-03-05T08:00:00Z").toEpochMilli();
  private static final int ITEMS = 60;

  /** Returns the actions of 80 users, oldest first. */
  static List<Visits> all() {
    Random random = new Random(11);
    List<Visits> all = new ArrayList<>();
    int visit = 0;
    for (int user = 1; user <= 80; user++) {
      int visits = 2 + random.nextInt(4);
      for (int v = 0; v < visits; v++) {
        visit++;
        long time = START_MS + random.nextInt(60 * 24 * 60) * 60_000L;
        for (int place = 1; place <= 4; place++) {
          int item = 1 + (int) (ITEMS * Math.pow(random.nextDouble(), 1.5));
          all.add(
              new Visits(user, item, visit, time + place * 30_000L + random.nextInt(999), place));
        }
      }
    }
    all.sort((a, b) -> Long.compare(a.timeMs(), b.timeMs()));
    return all;
  }

  Instant time() {
    return Instant.ofEpochMilli(timeMs);
  }

  /** Returns a number from 0 to n - 1 that depends on the action alone. */
  int draw(int n) {
    return Math.floorMod(user * 31 + item * 17 + place * 7 + visit, n);
  }
}
