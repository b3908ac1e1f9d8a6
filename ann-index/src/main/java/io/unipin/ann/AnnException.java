package io.unipin.ann;

/**
 * A failure of the index itself: a factory string FAISS refuses, a file that is damaged or foreign, a native error.
 *
 * <p>Its message is one line that says what was expected and what came. Illegal arguments are {@link IllegalArgumentException}.
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
