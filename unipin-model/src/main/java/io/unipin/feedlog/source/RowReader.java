package io.unipin.feedlog.source;

import java.io.IOException;
import java.util.Optional;

/** Rows of one text file, in order. */
public interface RowReader extends AutoCloseable {
  /** The next row, sound or not; empty at the end. */
  Optional<SourceRow> next() throws IOException;

  @Override
  void close() throws IOException;
}
