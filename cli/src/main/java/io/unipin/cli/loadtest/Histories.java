package io.unipin.cli.loadtest;

import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.Action;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The actions that known users have before the load begins. Equal arguments give equal histories.
 */
public interface Histories {
  /** The maximum number of actions of one user. Older actions are left out. */
  int MOST = 8000;

  /**
   * Returns a user's actions, oldest first.
   *
   * @param user number of a known user; user 0 is the most active user
   * @param eventPrefix prefix of every event id
   * @param nowMs a time after the last action
   */
  List<Action> of(int user, String eventPrefix, SplittableRandom random, long nowMs);

  /** The number of milliseconds between two actions, if the actions have no times. */
  long BETWEEN_MS = 60_000;

  /**
   * Returns histories of random items and actions that the server knows. The lengths of the
   * histories are drawn from a distribution.
   */
  static Histories madeUp(Distribution lengths, Vocabulary vocabulary) {
    return (user, eventPrefix, random, nowMs) -> {
      int length = Math.min(lengths.sampleCount(random, 0), MOST);
      long first = nowMs - (length + 1) * BETWEEN_MS;
      List<Action> actions = new ArrayList<>(length);
      for (int i = 0; i < length; i++) {
        actions.add(
            Action.newBuilder()
                .setItemId(vocabulary.item(random))
                .addActions(vocabulary.action(random))
                .setTimeMs(first + i * BETWEEN_MS)
                .setEventId(eventPrefix + "-h" + i)
                .build());
      }
      return actions;
    };
  }

  /**
   * Returns the histories of a feed log's users with the original gaps between actions. All times
   * are shifted so that the log's last action was a minute ago. Known user 0 is the log's user with
   * the most actions, known user 1 the user with the second most, and so on.
   */
  static Histories replayed(FeedLog log) {
    int[] users =
        IntStream.range(0, log.users())
            .boxed()
            .sorted(Comparator.comparingInt(u -> log.actionStart(u) - log.actionStart(u + 1)))
            .mapToInt(u -> u)
            .toArray();
    return (user, eventPrefix, random, nowMs) -> {
      int end = log.actionStart(users[user] + 1);
      int start = Math.max(log.actionStart(users[user]), end - MOST);
      List<Action> actions = new ArrayList<>(end - start);
      for (int a = start; a < end; a++) {
        long back = (end - a) * BETWEEN_MS;
        if (log.actionTimes()[a] != FeedLog.NO_TIME) {
          back = BETWEEN_MS + log.actionTimes()[end - 1] - log.actionTimes()[a];
        }
        actions.add(
            Action.newBuilder()
                .setItemId(log.catalogue().id(log.actionItems()[a]))
                .addAllActions(log.schema().actionNames(log.actionBits()[a]))
                .setSurface(log.schema().surfaces().get(log.actionSurfaces()[a]))
                .setTimeMs(nowMs - back)
                .setEventId(eventPrefix + "-h" + (a - start))
                .build());
      }
      return actions;
    };
  }
}
