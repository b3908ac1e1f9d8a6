package io.unipin.serving.cli;

/**
 * A verb that can't go on. Its message is one line for the person at the command line: what was
 * expected, what came.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CommandException(String message) {
    super(message);
  }

  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
