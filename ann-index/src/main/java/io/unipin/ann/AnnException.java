package io.unipin.ann;

/**
 * A failure of the index itself: a factory string that FAISS refuses, a file that is damaged or is
 * no index file, or a native error.
 *
 * <p>The message is one line that states what was expected and what came. An illegal argument
 * causes an {@link IllegalArgumentException} instead.
 */
public final class AnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AnnException(String message) {
    super(message);
  }

  public AnnException(String message, Throwable cause) {
    super(message, cause);
  }
}
