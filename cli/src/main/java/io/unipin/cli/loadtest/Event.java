package io.unipin.cli.loadtest;

/**
 * One call of a schedule.
 *
 * @param atNanos the intended start, in nanoseconds from the beginning of the schedule
 * @param session number of the session in the schedule
 * @param user number of the user: 0, 1, … for known users, negative numbers for new users
 * @param page number of the page in the session, 0 for the first
 * @param actions number of actions to record; 0 means that the event requests a page
 */
public record Event(long atNanos, int session, int user, int page, int actions) {
  boolean isPage() {
    return actions == 0;
  }
}
