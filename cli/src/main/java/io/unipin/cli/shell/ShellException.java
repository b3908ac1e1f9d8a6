package io.unipin.cli.shell;

import io.unipin.cli.console.Failures;

/** A line that can't be run. The message is one line; {@link #next} says what to type instead. */
final class ShellException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String next;

  /**
   * Refuses a line.
   *
   * @param message what was expected and what came
   * @param next the command to type next
   */
  ShellException(String message, String next) {
    super(message);
    this.next = next;
  }

  ShellException(String message, String next, Throwable cause) {
    this(message, next);
    initCause(cause);
  }

  String next() {
    return next;
  }

  /** Returns the whole line for the user. */
  String line() {
    return line(Failures.line(this), next);
  }

  /** Returns a line with what went wrong, and what to type next. */
  static String line(String message, String next) {
    return message + (message.matches(".*[.?!]") ? "" : ".") + " Next: " + next;
  }
}
