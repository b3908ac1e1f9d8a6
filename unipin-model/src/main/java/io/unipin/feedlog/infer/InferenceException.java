package io.unipin.feedlog.infer;

/**
 * Says that the meaning of a file's columns could not be inferred. The message names the possible
 * readings, and the flags that decide between them.
 */
public final class InferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InferenceException(String message) {
    super(message);
  }
}
