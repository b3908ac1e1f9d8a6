package io.unipin.train.recipe;

/**
 * A wrong recipe, or a training that cannot continue. The message states what was expected and what
 * was found.
 */
public final class TrainException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TrainException(String message) {
    super(message);
  }

  public TrainException(String message, Throwable cause) {
    super(message, cause);
  }
}
