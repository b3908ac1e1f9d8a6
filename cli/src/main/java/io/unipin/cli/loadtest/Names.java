package io.unipin.cli.loadtest;

/** The names of a run's users and events. No two runs share a name. */
public record Names(String run, int step) {
  /**
   * Returns a user's name. A known user has one name in all steps. A new user has a different name
   * in each step.
   */
  public String user(int user) {
    return user >= 0 ? run + "-u" + user : run + "-s" + step + "-n" + -user;
  }

  String event(int session) {
    return run + "-s" + step + "-" + session;
  }
}
