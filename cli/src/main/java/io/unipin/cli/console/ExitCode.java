package io.unipin.cli.console;

/** The exit codes of all commands. The page {@code docs/exit-codes.md} shows the same table. */
public enum ExitCode {
  DONE(0, "all", "the command did what it was told"),
  FAILED(1, "all", "the command failed, or could not do all of its work"),
  USAGE(2, "all", "the command line is wrong"),
  DIFFERENT(3, "config diff", "the settings differ"),
  BROKEN(3, "doctor", "something does not work"),
  DEVICE_LOST(3, "serve", "the device failed: start the server again"),
  REGRETS(3, "validate", "a training would run, but its model may be worse"),
  REFUSES(4, "validate", "a training would refuse the data");

  private final int code;
  private final String verb;
  private final String meaning;

  ExitCode(int code, String verb, String meaning) {
    this.code = code;
    this.verb = verb;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  /** Returns the command that exits with this code, or {@code all}. */
  public String verb() {
    return verb;
  }

  public String meaning() {
    return meaning;
  }
}
