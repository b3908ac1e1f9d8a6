package io.unipin.feedlog.review;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.review.Finding.Weight;
import java.util.List;
import java.util.Locale;

/** Looks at the number of actions of each user. */
final class UserReview {
  /** Some actions of a user are held out only if the user has at least this many actions. */
  private static final int HELD_OUT_FROM = 4;

  private static final int FEW_TESTED = 200;
  private static final long MANY_ACTIONS = 2_000;
  private static final double LARGE_SHARE = 0.02;

  private final FeedLog log;

  UserReview(FeedLog log) {
    this.log = log;
  }

  void add(List<Finding> findings) {
    long active = 0;
    long single = 0;
    long tested = 0;
    long heavy = 0;
    int one = -1;
    int most = 0;
    for (int user = 0; user < log.users(); user++) {
      long actions = actions(user);
      active += actions > 0 ? 1 : 0;
      tested += actions >= HELD_OUT_FROM ? 1 : 0;
      if (actions == 1) {
        single++;
        one = user;
      }
      most = actions > actions(most) ? user : most;
      heavy += isHeavy(actions) ? 1 : 0;
    }
    if (single > 0) {
      findings.add(
          new Finding(
              "one-action-users",
              single > active / 2 ? Weight.REGRET : Weight.NOTE,
              single,
              Review.share(single, active) + " users with actions have one action",
              "user " + log.user(one),
              "they teach nothing about what follows what: join ids of devices and accounts,"
                  + " or read a longer time"));
    }
    if (tested < FEW_TESTED) {
      findings.add(
          new Finding(
              "few-tested-users",
              tested == 0 ? Weight.REFUSE : Weight.REGRET,
              tested,
              Review.share(tested, active) + " users have the 4 actions that leave-last needs",
              active == 0 ? "no user has actions" : "user " + log.user(most) + " has most",
              "read a longer time, or set evaluation.protocol to time-split"));
    }
    if (heavy > 0) {
      findings.add(heavy(heavy, most));
    }
  }

  private Finding heavy(long users, int most) {
    return new Finding(
        "heavy-users",
        Weight.REGRET,
        users,
        users + " users have far more actions than people take",
        String.format(
            Locale.ROOT,
            "user %s has %,d of %,d actions",
            log.user(most),
            actions(most),
            log.actions()),
        "leave out crawlers, tests and shared accounts");
  }

  private boolean isHeavy(long actions) {
    return log.users() > 1 / LARGE_SHARE
        && actions > MANY_ACTIONS
        && actions > LARGE_SHARE * log.actions();
  }

  private long actions(int user) {
    return user < log.users() ? log.actionStart(user + 1) - log.actionStart(user) : 0;
  }
}
