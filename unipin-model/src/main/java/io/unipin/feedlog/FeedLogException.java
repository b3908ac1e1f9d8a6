package io.unipin.feedlog;

import io.unipin.settings.ConfigException;
import io.unipin.settings.Located;

/**
 * A fault of a feed log or of one of its sources. The message names the file, row and column,
 * states what was expected and shows the value.
 */
public final class FeedLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Row number of a complaint about a whole file. */
  public static final long NO_ROW = 0;

  private final String file;
  private final long row;
  private final String column;
  private final String reason;

  public FeedLogException(String file, String reason) {
    super(file + ": " + reason);
    this.file = file;
    this.row = NO_ROW;
    this.column = "";
    this.reason = reason;
  }

  public FeedLogException(String file, String reason, Throwable cause) {
    this(file, reason);
    initCause(cause);
  }

  /** Creates the complaint about a YAML file. */
  FeedLogException(String file, ConfigException cause) {
    super(cause.getMessage(), cause);
    this.file = file;
    this.row = NO_ROW;
    this.column = "";
    this.reason = cause.reason();
  }

  /**
   * Creates a complaint about a value of a YAML file.
   *
   * @param key key of the value, such as {@code actions.where}
   */
  public FeedLogException(Located value, String key, String reason) {
    super(value.place() + ": " + key + ": " + reason);
    this.file = value.place().source();
    this.row = NO_ROW;
    this.column = "";
    this.reason = reason;
  }

  public FeedLogException(BadRow bad, String hint) {
    super(bad + hint);
    this.file = bad.file();
    this.row = bad.row();
    this.column = bad.column();
    this.reason = bad.reason();
  }

  /** Creates a copy of a complaint about a row. The copy's message ends with {@code more}. */
  public FeedLogException(FeedLogException about, String more) {
    super(about.getMessage() + more, about);
    this.file = about.file;
    this.row = about.row;
    this.column = about.column;
    this.reason = about.reason;
  }

  /** Returns the file's name as the caller gave it. */
  public String file() {
    return file;
  }

  /**
   * Returns the row number from 1, or {@link #NO_ROW}. For a text file, returns the line number; a
   * header counts as a line.
   */
  public long row() {
    return row;
  }

  /** Returns the column's name; empty when no single column is at fault. */
  public String column() {
    return column;
  }

  public String reason() {
    return reason;
  }
}
