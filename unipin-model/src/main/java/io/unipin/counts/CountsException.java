package io.unipin.counts;

/**
 * A fault in a folder of counts, or in a feed log that is to be counted. The message states what
 * was expected and what was found.
 */
public final class CountsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CountsException(String message) {
    super(message);
  }

  public CountsException(String message, Throwable cause) {
    super(message, cause);
  }
}
