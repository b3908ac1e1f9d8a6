package io.unipin.feedlog.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads delimited text by RFC 4180: a quote inside quotes is doubled, and a quoted value may span
 * lines.
 *
 * <p>LF and CRLF end a row, and a file may contain both. A single CR ends a row if the first line
 * ends with a single CR. Blanks around quotes are not part of the value. A row that breaks the
 * format is returned with its fault. A file is refused if the text after a fault cannot be split
 * into rows. Not thread-safe.
 */
public final class DelimitedReader implements RowReader {
  /**
   * The format of the text.
   *
   * @param delimiter text between two columns
   * @param quote quote character; an empty text means no quotes
   * @param maxLine largest number of characters in a row
   */
  public record Format(String delimiter, String quote, int maxLine) {
    public Format {
      if (delimiter.isEmpty() || quote.length() > 1 || delimiter.equals(quote)) {
        throw new IllegalArgumentException(
            "a delimiter, and one other character or none as quote, expected");
      }
    }
  }

  private final TextInput in;
  private final Format format;
  private final int quote;
  private final StringBuilder value = new StringBuilder();

  private List<@Nullable String> values = new ArrayList<>();
  private @Nullable String problem;
  private long line = 1;
  private int length;
  private boolean tooLong;
  private boolean rowEnded;
  private boolean firstLine = true;
  private boolean endsWithCr;

  public DelimitedReader(TextInput in, Format format) {
    this.in = in;
    this.format = format;
    this.quote = format.quote().isEmpty() ? -2 : format.quote().charAt(0);
  }

  @Override
  public Optional<SourceRow> next() throws IOException {
    while (in.peek() == TextInput.BYTE_ORDER_MARK) {
      in.next(); // the byte-order mark of a file that was appended to another
    }
    if (in.peek() < 0) {
      return Optional.empty();
    }
    long begin = line;
    values = new ArrayList<>();
    problem = null;
    length = 0;
    tooLong = false;
    rowEnded = false;
    while (!rowEnded) {
      field(begin);
    }
    return Optional.of(new SourceRow(begin, values, problem));
  }

  /** Reads a value, and the delimiter or line end after it. */
  private void field(long begin) throws IOException {
    value.setLength(0);
    boolean kept = !tooLong;
    while (quote >= 0 && in.peek() == ' ') {
      append(in.next());
    }
    if (in.peek() == quote) {
      value.setLength(0);
      in.next();
      quoted(begin);
      afterQuote();
    } else {
      while (!ended()) {
        append(in.next());
      }
    }
    if (kept) {
      values.add(value.isEmpty() ? "" : value.toString());
    }
  }

  private void quoted(long begin) throws IOException {
    while (true) {
      int c = in.next();
      if (c < 0) {
        throw new SourceException(
            begin,
            "a closing quote expected, got the end of the file (quote: \"\" for text without quotes)");
      }
      if (c == quote) {
        if (in.peek() != quote) {
          return;
        }
        in.next();
      }
      if (c == '\n' || (c == '\r' && in.peek() != '\n')) {
        line++;
      }
      append(c);
    }
  }

  private void afterQuote() throws IOException {
    while (in.peek() == ' ') {
      in.next();
    }
    while (!ended()) {
      fault("the delimiter or the line's end expected after a closing quote");
      append(in.next());
    }
  }

  /**
   * Consumes the delimiter or the line's end if one of them comes next. Returns whether one of them
   * was consumed.
   */
  private boolean ended() throws IOException {
    if (in.take(format.delimiter())) {
      lengthen(format.delimiter().length());
      return true;
    }
    int c = in.peek();
    if (c < 0) {
      rowEnded = true;
    } else if (c == '\n') {
      in.next();
      endLine(false);
    } else if (c == '\r') {
      in.next();
      boolean alone = !in.take("\n");
      if (alone && in.peek() >= 0 && !firstLine && !endsWithCr) {
        fault("LF or CRLF as the line's end expected, got CR alone");
        return ended();
      }
      endLine(alone);
    }
    return rowEnded;
  }

  private void endLine(boolean withCr) {
    if (firstLine) {
      endsWithCr = withCr;
      firstLine = false;
    }
    line++;
    rowEnded = true;
  }

  private void append(int c) {
    if (c == TextInput.NOT_TEXT) {
      fault("text in the source's encoding expected, got other bytes");
    } else if (c == 0) {
      fault("text expected, got a NUL character (encoding: utf-16 for such text)");
    }
    if (lengthen(1)) {
      value.append((char) c);
    }
  }

  /**
   * Adds to the length of the row. Returns false if the row is too long; later characters and
   * values are then left out.
   */
  private boolean lengthen(int characters) {
    tooLong |= characters > format.maxLine() - length;
    if (tooLong) {
      fault(
          "at most "
              + format.maxLine()
              + " characters a row expected (max_line_characters), got more");
    } else {
      length += characters;
    }
    return !tooLong;
  }

  private void fault(String reason) {
    if (problem == null) {
      problem = reason;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
