package io.unipin.serving.bundle;

/** A bundle that can't be used or written. The message is one line: bundle, file, what was expected, what came. */
public final class BundleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BundleException(String message) {
    super(message);
  }

  public BundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
