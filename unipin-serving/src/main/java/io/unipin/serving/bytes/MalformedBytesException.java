package io.unipin.serving.bytes;

/** Reports bytes that do not have the format that their reader expects. */
public final class MalformedBytesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MalformedBytesException(String message) {
    super(message);
  }
}
