package io.unipin.feedlog;

import io.unipin.settings.ConfigException;
import io.unipin.settings.Located;

/**
 * A feed log, or a source of one, that cannot be used: says which file, row and column, what is wrong and with which
 * value.
 */
public final class FeedLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The row of a complaint about a whole file. */
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

  /** The complaint about a YAML file. */
  FeedLogException(String file, ConfigException cause) {
    super(cause.getMessage(), cause);
    this.file = file;
    this.row = NO_ROW;
    this.column = "";
    this.reason = cause.reason();
  }

  /**
   * A complaint about a value of a YAML file.
   *
   * @param key of the value, such as {@code actions.where}
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

  /** The complaint of another about a row, with more about that row. */
  public FeedLogException(FeedLogException about, String more) {
    super(about.getMessage() + more, about);
    this.file = about.file;
    this.row = about.row;
    this.column = about.column;
    this.reason = about.reason;
  }

  /** The file, as it was given. */
  public String file() {
    return file;
  }

  /** The row, counted from 1 without any header, or {@link #NO_ROW}; of a text file the line. */
  public long row() {
    return row;
  }

  /** The column's name, empty when the complaint is about no single one. */
  public String column() {
    return column;
  }

  public String reason() {
    return reason;
  }
}
