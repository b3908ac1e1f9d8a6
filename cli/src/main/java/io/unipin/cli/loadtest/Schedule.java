package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All calls of one step, which are fixed before the first call is sent. So a slow server can't
 * reduce its load. Immutable.
 *
 * <p>Sessions begin at a rate of {@code pages per second / mean pages of a session}. The first
 * sessions begin earlier than the schedule, by three times the mean length of a session. So the
 * first second of the schedule contains parts of running sessions, like every later second. Equal
 * seeds make equal schedules.
 */
public record Schedule(List<Event> events, int sessions, long lengthNanos) {
  private static final double SECOND = 1e9;

  public static Schedule of(
      Traffic traffic, Arrivals arrivals, double pagesPerSecond, double seconds, long seed) {
    if (!(pagesPerSecond > 0 && seconds > 0)) {
      throw new IllegalArgumentException(
          "a positive rate and time expected, got %s and %s".formatted(pagesPerSecond, seconds));
    }
    SplittableRandom random = new SplittableRandom(seed);
    Zipf zipf = new Zipf(traffic.users(), traffic.zipf());
    double distance = traffic.pages().mean() / pagesPerSecond;
    double before = Math.max(0, traffic.pages().mean() * 3 * traffic.thinkSeconds().mean());
    long length = (long) (seconds * SECOND);
    List<Event> events = new ArrayList<>();
    int sessions = 0;
    int newUsers = 0;
    double at = -before;
    while (true) {
      at += arrivals == Arrivals.CONSTANT ? distance : -distance * Math.log1p(-random.nextDouble());
      if (at >= seconds) {
        break;
      }
      boolean isNew = random.nextDouble() < traffic.newUsers();
      int user = isNew ? -1 - newUsers++ : zipf.sample(random);
      addSession(events, traffic, random, sessions++, user, at, length);
    }
    events.sort(Comparator.comparingLong(Event::atNanos));
    return new Schedule(List.copyOf(events), sessions, length);
  }

  private static void addSession(
      List<Event> events,
      Traffic traffic,
      SplittableRandom random,
      int session,
      int user,
      double begin,
      long length) {
    int pages = traffic.pages().sampleCount(random, 1);
    double at = begin;
    for (int page = 0; page < pages; page++) {
      add(events, new Event((long) (at * SECOND), session, user, page, 0), length);
      if (page + 1 < pages) {
        double think = traffic.thinkSeconds().sample(random);
        int actions = traffic.actions().sampleCount(random, 0);
        if (actions > 0) {
          long half = (long) ((at + think / 2) * SECOND);
          add(events, new Event(half, session, user, page, actions), length);
        }
        at += think;
      }
    }
  }

  private static void add(List<Event> events, Event event, long length) {
    if (event.atNanos() >= 0 && event.atNanos() < length) {
      events.add(event);
    }
  }

  /**
   * Returns this schedule followed by {@code next}. The sessions of {@code next} get higher numbers
   * than the sessions of this schedule.
   */
  public Schedule then(Schedule next) {
    List<Event> both = new ArrayList<>(events);
    for (Event event : next.events) {
      both.add(
          new Event(
              lengthNanos + event.atNanos(),
              sessions + event.session(),
              event.user(),
              event.page(),
              event.actions()));
    }
    return new Schedule(
        List.copyOf(both), sessions + next.sessions, lengthNanos + next.lengthNanos);
  }

  public long pages() {
    return events.stream().filter(Event::isPage).count();
  }
}
