package io.unipin.feedlog.source;

import java.io.IOException;
import java.util.Optional;

/** Reads the rows of one text file in order. */
public interface RowReader extends AutoCloseable {
  /** Returns the next row, even if it is faulty; empty at the end of the file. */
  Optional<SourceRow> next() throws IOException;

  @Override
  void close() throws IOException;
}
