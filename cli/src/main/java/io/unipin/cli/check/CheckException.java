package io.unipin.cli.check;

/** An error that was found before a command began. The message is one line. */
public final class CheckException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckException(String message) {
    super(message);
  }

  public CheckException(String message, Throwable cause) {
    super(message, cause);
  }
}
