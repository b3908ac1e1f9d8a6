package io.unipin.feedlog.review;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.review.Finding.Weight;
import java.time.Instant;
import java.util.List;

/** Looks at the times of actions and of items. */
final class ClockReview {
  private static final long DAY_MS = 86_400_000L;
  private static final long JANUARY_1970_MS = 31 * DAY_MS;
  private static final double OFTEN = 0.2;

  private final FeedLog log;
  private final long nowMs;

  ClockReview(FeedLog log, long nowMs) {
    this.log = log;
    this.nowMs = nowMs;
  }

  void add(List<Finding> findings) {
    seconds(findings);
    future(findings);
    ties(findings);
    created(findings);
  }

  private void seconds(List<Finding> findings) {
    long count = 0;
    String example = "";
    for (long time : log.actionTimes()) {
      if (time != FeedLog.NO_TIME && time < JANUARY_1970_MS) {
        count++;
        example = "time_ms " + time + " is " + Instant.ofEpochMilli(time);
      }
    }
    if (count > 0) {
      findings.add(
          new Finding(
              "seconds-as-milliseconds",
              Weight.REGRET,
              count,
              Review.share(count, log.actions()) + " actions lie in January 1970",
              example,
              "these are most likely seconds: multiply them by 1000"));
    }
  }

  private void future(List<Finding> findings) {
    long count = 0;
    long latest = 0;
    for (long time : log.actionTimes()) {
      if (time > nowMs + DAY_MS) {
        count++;
        latest = Math.max(latest, time);
      }
    }
    if (count > 0) {
      findings.add(
          new Finding(
              "future-times",
              Weight.REGRET,
              count,
              Review.share(count, log.actions()) + " actions lie in the future",
              "the latest at " + Instant.ofEpochMilli(latest),
              "mend the clock or the time zone of the writer: a server refuses such actions"));
    }
  }

  private void ties(List<Finding> findings) {
    long timed = 0;
    long ties = 0;
    long days = 0;
    int example = -1;
    for (int user = 0; user < log.users(); user++) {
      for (int a = log.actionStart(user); a < log.actionStart(user + 1); a++) {
        long time = log.actionTimes()[a];
        if (time == FeedLog.NO_TIME) {
          continue;
        }
        timed++;
        days += time % DAY_MS == 0 ? 1 : 0;
        boolean tie = a > log.actionStart(user) && log.actionTimes()[a - 1] == time;
        ties += tie ? 1 : 0;
        example = tie ? user : example;
      }
    }
    if (timed == 0 && log.actions() > 0) {
      findings.add(
          new Finding(
              "no-times",
              Weight.NOTE,
              log.actions(),
              "no action has a time",
              "user " + log.user(0),
              "with times a model also learns from the gaps between actions"));
    } else if (ties > OFTEN * timed) {
      findings.add(
          new Finding(
              "equal-times",
              Weight.REGRET,
              ties,
              Review.share(ties, timed)
                  + " actions have the time of the action before"
                  + (days == timed ? "; all times are whole days" : ""),
              "user " + log.user(example),
              "write times to the second or finer, or a sequence number"));
    }
  }

  private void created(List<Finding> findings) {
    long count = 0;
    int example = -1;
    for (int a = 0; a < log.actions(); a++) {
      long created = log.catalogue().createdMs(log.actionItems()[a]);
      long time = log.actionTimes()[a];
      if (created != FeedLog.NO_TIME && time != FeedLog.NO_TIME && created > time + DAY_MS) {
        count++;
        example = log.actionItems()[a];
      }
    }
    if (count > 0) {
      findings.add(
          new Finding(
              "created-after-action",
              Weight.REGRET,
              count,
              Review.share(count, log.actions()) + " actions come before their item was created",
              Review.item(log, example),
              "take the time of the first creation, not that of the last change"));
    }
  }
}
