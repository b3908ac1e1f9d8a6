package io.unipin.cli.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Lines of a text, such as standard input that is not a terminal. Not thread-safe. */
final class PipeLines implements Lines {
  private final BufferedReader in;

  PipeLines(Reader in) {
    this.in = new BufferedReader(in);
  }

  @Override
  public @Nullable String next(String prompt) throws IOException {
    return in.readLine();
  }

  @Override
  public boolean confirms(String question) {
    return true;
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
