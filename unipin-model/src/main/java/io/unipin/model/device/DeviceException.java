package io.unipin.model.device;

/**
 * A device on which the engine can't compute. The message is one line: what was expected, what was
 * found, and what to do.
 */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DeviceException(String message) {
    super(message);
  }

  DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
