package io.unipin.cli.loadtest;

/**
 * What the users of a feed do.
 *
 * @param users known users, drawn by a Zipf law
 * @param zipf exponent of that law; 0 draws all users alike
 * @param newUsers share of sessions by a user that the server has never seen
 * @param pages pages of a session
 * @param actions actions recorded between two pages
 * @param thinkSeconds time between two pages
 * @param history actions that a known user has when the load begins
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
      throw new IllegalArgumentException("users: 1 to 10,000,000 expected, got " + users);
    }
    if (!(newUsers >= 0 && newUsers <= 1)) {
      throw new IllegalArgumentException("new users: a share of 0 to 1 expected, got " + newUsers);
    }
    if (pages.mean() < 1) {
      throw new IllegalArgumentException("pages: at least one expected, got " + pages);
    }
  }
}
