package io.unipin.cli.check;

import picocli.CommandLine.Option;

/** The option that lets a command read a feed log with bad rows. */
public final class BadRowsOption {
  @Option(
      names = "--max-bad-rows",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Maximum number of bad rows to leave out before the verb fails. Default:"
              + " ${DEFAULT-VALUE}.")
  private long most;

  /** Returns the largest number of bad rows that are left out. */
  public long most() {
    return most;
  }

  /** Refuses a negative number. */
  public void check() {
    check(most);
  }

  /** Refuses a negative number. For commands whose option has another default. */
  public static void check(long most) {
    if (most < 0) {
      throw new CheckException("--max-bad-rows: 0 or more expected, got " + most);
    }
  }
}
