package io.unipin.cli.console;

/**
 * A verb that can't go on. Its message is one line for the person at the command line: what was
 * expected, what came.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CommandException(String message) {
    super(message);
  }

  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
