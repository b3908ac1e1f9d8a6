package io.unipin.feedlog.source;

/** A file that cannot be read whole: why, and where in it. */
public final class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The line of a complaint about a whole file. */
  public static final long NO_LINE = 0;

  private final long line;

  public SourceException(long line, String reason) {
    super(reason);
    this.line = line;
  }

  public SourceException(String reason) {
    this(NO_LINE, reason);
  }

  SourceException(String reason, Throwable cause) {
    this(NO_LINE, reason);
    initCause(cause);
  }

  /** The line, counted from 1, or {@link #NO_LINE}. */
  public long line() {
    return line;
  }

  /** The complaint, with the line where there is one. */
  public String complaint() {
    return (line == NO_LINE ? "" : "line " + line + ": ") + getMessage();
  }
}
