package io.unipin.cli.shell;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The source of the lines that the shell runs. Not thread-safe. */
interface Lines extends AutoCloseable {
  /**
   * Returns the next line; null at the end.
   *
   * @param prompt text that a terminal shows before the line
   */
  @Nullable String next(String prompt) throws IOException;

  /**
   * Asks for a confirmation. A source that is not a terminal confirms everything, because there is
   * nobody to ask.
   */
  boolean confirms(String question) throws IOException;

  /** Whether a person types the lines. */
  boolean isInteractive();

  @Override
  void close() throws IOException;
}
