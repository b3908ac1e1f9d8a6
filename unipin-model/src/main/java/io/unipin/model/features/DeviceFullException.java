package io.unipin.model.features;

/** A device had no memory for a call. The same call may succeed later, or with fewer rows. */
public final class DeviceFullException extends ModelException {
  private static final long serialVersionUID = 1;

  public DeviceFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
