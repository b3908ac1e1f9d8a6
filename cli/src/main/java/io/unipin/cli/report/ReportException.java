package io.unipin.cli.report;

/**
 * Thrown if no report is possible. The message is one line that says what was expected and what
 * came.
 */
public final class ReportException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ReportException(String message) {
    super(message);
  }

  public ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
