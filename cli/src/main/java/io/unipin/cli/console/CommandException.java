package io.unipin.cli.console;

/**
 * A failure that ends a command. The message is one line for the user, which says what was expected
 * and what came.
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
