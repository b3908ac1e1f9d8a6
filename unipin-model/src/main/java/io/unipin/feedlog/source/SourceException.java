package io.unipin.feedlog.source;

/** A file that cannot be read completely. The exception carries the reason and the line. */
public final class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Line number of a complaint about a whole file. */
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

  /** Returns the line number from 1, or {@link #NO_LINE}. */
  public long line() {
    return line;
  }

  /** Returns the complaint, with the line number if there is one. */
  public String complaint() {
    return (line == NO_LINE ? "" : "line " + line + ": ") + getMessage();
  }
}
