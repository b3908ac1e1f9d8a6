package io.unipin.cli.loadtest;

/**
 * One call of a schedule.
 *
 * @param atNanos the intended start, from the beginning of the schedule
 * @param session of the schedule
 * @param user known users are 0, 1, …; new ones are negative
 * @param page of the session, 0 for the first
 * @param actions to record; 0 means that the event is a page's request
 */
public record Event(long atNanos, int session, int user, int page, int actions) {
  boolean isPage() {
    return actions == 0;
  }
}
