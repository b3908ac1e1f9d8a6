package io.unipin.cli.loadtest;

/**
 * The behaviour of a feed's users. An error names the option of the load test.
 *
 * @param users number of known users; sessions draw them by a Zipf law
 * @param zipf exponent of the Zipf law; 0 draws all users equally often
 * @param newUsers share of sessions by users that the server has never seen
 * @param pages distribution of the number of pages of a session
 * @param actions distribution of the number of actions that are recorded between two pages
 * @param thinkSeconds distribution of the seconds between two pages
 * @param history distribution of the number of actions that a known user has when the load begins
 */
public record Traffic(
    int users,
    double zipf,
    double newUsers,
    Distribution pages,
    Distribution actions,
    Distribution thinkSeconds,
    Distribution history) {
  public Traffic {
    if (users < 1 || users > 10_000_000) {
      throw new IllegalArgumentException("--users: 1 to 10,000,000 expected, got " + users);
    }
    if (!(zipf >= 0 && Double.isFinite(zipf))) {
      throw new IllegalArgumentException(
          "--zipf: a finite number of 0 or more expected, got " + zipf);
    }
    if (!(newUsers >= 0 && newUsers <= 1)) {
      throw new IllegalArgumentException(
          "--new-users: a share of 0 to 1 expected, got " + newUsers);
    }
    if (pages.mean() < 1) {
      throw new IllegalArgumentException("--pages: a mean of 1 or more expected, got " + pages);
    }
  }
}
