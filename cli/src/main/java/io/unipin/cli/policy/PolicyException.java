package io.unipin.cli.policy;

/** Thrown if no estimate is possible. The message is one line. */
public final class PolicyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PolicyException(String message) {
    super(message);
  }

  public PolicyException(String message, Throwable cause) {
    super(message, cause);
  }
}
