package io.unipin.serving.bundle;

/**
 * Reports a bundle that can't be used or written. The message is one line with the bundle, the
 * file, the expected value and the actual value.
 */
public final class BundleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BundleException(String message) {
    super(message);
  }

  public BundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
