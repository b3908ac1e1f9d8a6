package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Creates changes of a user's events, and computes the history that must result from them.
 *
 * <p>The changes record events. Some events are recorded again, with the same or another content.
 * Others are retracted, and some of these are recorded again later.
 */
public final class Corrections {
  private final List<Change> changes = new ArrayList<>();
  private final Random random;

  /** One change of one event: a record or a retraction. Each change has a revision. */
  public sealed interface Change {
    String event();

    long revision();
  }

  /** A record of an event. */
  public record Recorded(String event, long revision, RecordedAction action) implements Change {}

  /** A retraction of an event. */
  public record Retracted(String event, long revision) implements Change {}

  private Corrections(Random random) {
    this.random = random;
  }

  /**
   * Returns changes of events. Of every ten events, up to three are corrected, and four are
   * retracted. Two of the retracted events also have a record of a higher revision, so they stay in
   * the history. One event is recorded twice in one revision, with different content.
   *
   * @param items number of items; their ids begin at 1000
   * @param earlier largest number of corrections that move an event to an earlier time
   * @param names names of actions
   */
  public static List<Change> of(
      int events, int items, int earlier, List<String> names, Random random) {
    Corrections all = new Corrections(random);
    int left = earlier;
    for (int i = 0; i < events; i++) {
      String event = "event-" + i;
      // Some events have equal times.
      long time = 60_000L * (1 + i - i % 3 / 2);
      all.record(event, 0, items, names, time);
      switch (i % 10) {
        case 1 -> all.record(event, 2, items, names, time);
        case 2 -> all.record(event, 1, items, names, time + 200_000);
        case 3 -> {
          if (left-- > 0) {
            all.record(event, 1, items, names, 1000 + i);
          }
        }
        case 4 -> all.retract(event, 0);
        case 5 -> {
          all.retract(event, 1);
          all.record(event, 1, items, names, time);
        }
        case 6 -> {
          all.retract(event, 0);
          all.record(event, 1, items, names, time + 1);
        }
        case 7 -> all.record(event, 0, items, names, time + 500);
        case 8 -> {
          all.record(event, 5, items, names, time);
          all.retract(event, 3);
        }
        default -> {}
      }
    }
    List<Change> repeated = new ArrayList<>(all.changes);
    all.changes.stream().filter(change -> random.nextInt(3) == 0).forEach(repeated::add);
    return repeated;
  }

  private void record(String event, long revision, int items, List<String> names, long timeMs) {
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, random);
    RecordedAction action =
        new RecordedAction(
            1000 + random.nextInt(items),
            shuffled.subList(0, random.nextInt(names.size() + 1)),
            "home",
            timeMs);
    changes.add(new Recorded(event, revision, action));
  }

  private void retract(String event, long revision) {
    changes.add(new Retracted(event, revision));
  }

  /**
   * Returns the history that must result by the rules in unipin.proto, if the store forgets no
   * event.
   */
  public static UserHistory truth(List<Change> changes, int limit) {
    Map<String, Recorded> records = new HashMap<>();
    Map<String, Long> retractions = new HashMap<>();
    for (Change change : changes) {
      if (change instanceof Recorded recorded) {
        records.merge(change.event(), recorded, Corrections::greater);
      } else {
        retractions.merge(change.event(), change.revision(), Math::max);
      }
    }
    List<Recorded> ordered =
        records.values().stream()
            .sorted(
                Comparator.comparing(
                    recorded ->
                        new EventPlace(
                            recorded.action().timeMs(), HistoryKeys.event(recorded.event()))))
            .toList();
    List<Recorded> held =
        ordered.stream()
            .filter(
                recorded -> recorded.revision() > retractions.getOrDefault(recorded.event(), -1L))
            .toList();
    List<Recorded> newest = ordered.subList(Math.max(0, ordered.size() - limit), ordered.size());
    return new UserHistory(
        held.size(), newest.stream().filter(held::contains).map(Recorded::action).toList());
  }

  private static Recorded greater(Recorded one, Recorded other) {
    Comparator<Recorded> order =
        Comparator.comparingLong(Recorded::revision)
            .thenComparing(Recorded::action, RecordedAction.BY_CONTENT);
    return order.compare(one, other) >= 0 ? one : other;
  }
}
