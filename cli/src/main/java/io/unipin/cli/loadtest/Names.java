package io.unipin.cli.loadtest;

/** Names of a run's users and events; no two runs share one. */
public record Names(String run, int step) {
  /** Known users keep their name from step to step, new ones are new in each. */
  public String user(int user) {
    return user >= 0 ? run + "-u" + user : run + "-s" + step + "-n" + -user;
  }

  String event(int session) {
    return run + "-s" + step + "-" + session;
  }
}
