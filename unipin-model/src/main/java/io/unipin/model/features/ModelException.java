package io.unipin.model.features;

/**
 * A failure of a model, its files or its engine. The message states what was expected and what was
 * found.
 */
public class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
