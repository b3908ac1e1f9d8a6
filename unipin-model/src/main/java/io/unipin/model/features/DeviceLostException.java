package io.unipin.model.features;

/**
 * A device failed in a way from which the process can't recover: every later call on it fails too.
 * The process must be restarted.
 */
public final class DeviceLostException extends ModelException {
  private static final long serialVersionUID = 1;

  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
