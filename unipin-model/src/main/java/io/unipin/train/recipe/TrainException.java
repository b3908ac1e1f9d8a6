package io.unipin.train.recipe;

/** A recipe is wrong or a training cannot go on; the message says what was expected and what came. */
public final class TrainException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TrainException(String message) {
    super(message);
  }

  public TrainException(String message, Throwable cause) {
    super(message, cause);
  }
}
