package io.unipin.cli.loadtest;

import io.unipin.cli.check.CheckException;
import picocli.CommandLine.Option;

/** The options that describe the behaviour of a load test's users. */
final class TrafficOptions {
  @Option(
      names = "--users",
      defaultValue = "200",
      paramLabel = "N",
      description = "Number of known users. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--zipf",
      defaultValue = "0.8",
      paramLabel = "X",
      description = "Exponent of the Zipf law that draws known users. Default: ${DEFAULT-VALUE}.")
  private double zipf;

  @Option(
      names = "--new-users",
      defaultValue = "0.05",
      paramLabel = "SHARE",
      description =
          "Share of sessions by users that the server has never seen. Default: ${DEFAULT-VALUE}.")
  private double newUsers;

  @Option(
      names = "--pages",
      defaultValue = "geometric:5",
      paramLabel = "DIST",
      description = "Distribution of the pages of a session. Default: ${DEFAULT-VALUE}.")
  private String pages;

  @Option(
      names = "--actions",
      defaultValue = "2",
      paramLabel = "DIST",
      description = "Distribution of the actions between two pages. Default: ${DEFAULT-VALUE}.")
  private String actions;

  @Option(
      names = "--think",
      defaultValue = "exponential:1.5",
      paramLabel = "DIST",
      description = "Distribution of the seconds between two pages. Default: ${DEFAULT-VALUE}.")
  private String think;

  @Option(
      names = "--history",
      defaultValue = "lognormal:60:0.8",
      paramLabel = "DIST",
      description =
          "Distribution of the actions that a known user has before the load. Default:"
              + " ${DEFAULT-VALUE}.")
  private String history;

  /** Returns the number of users that the server knows before the load. */
  int users() {
    return users;
  }

  /** Returns the behaviour of {@code knownUsers} known users, and refuses impossible values. */
  Traffic traffic(int knownUsers) {
    Distribution perSession = distribution("--pages", pages);
    Distribution betweenPages = distribution("--actions", actions);
    Distribution seconds = distribution("--think", think);
    Distribution before = distribution("--history", history);
    try {
      return new Traffic(knownUsers, zipf, newUsers, perSession, betweenPages, seconds, before);
    } catch (IllegalArgumentException e) {
      throw new CheckException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Distribution distribution(String option, String text) {
    try {
      return Distribution.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CheckException(option + ": " + e.getMessage(), e);
    }
  }
}
