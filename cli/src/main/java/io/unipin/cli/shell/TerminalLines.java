package io.unipin.cli.shell;

import java.io.IOException;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/**
 * Lines that a person types at a terminal, with completion and with the earlier lines of this run.
 * The lines are not written to a file, because they name users. Not thread-safe.
 */
final class TerminalLines implements Lines {
  private static final int COLUMNS = 80;
  private static final int ROWS = 24;

  private final Terminal terminal;
  private final LineReader reader;

  TerminalLines(Terminal terminal, Completions completions) {
    this.terminal = terminal;
    if (terminal.getWidth() <= 0) { // some containers report no size
      terminal.setSize(new Size(COLUMNS, ROWS));
    }
    DefaultParser parser = new DefaultParser();
    parser.setEofOnUnclosedQuote(false);
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .completer((reader, line, candidates) -> complete(completions, line, candidates))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
  }

  private static void complete(
      Completions completions, ParsedLine line, List<Candidate> candidates) {
    List<String> before = line.words().subList(0, line.wordIndex());
    for (Completions.Proposal each : completions.after(before)) {
      candidates.add(
          new Candidate(
              each.word(),
              each.word(),
              null,
              each.meaning().isEmpty() ? null : each.meaning(),
              null,
              null,
              !each.word().endsWith("=")));
    }
  }

  /** Returns the next line. A line that is given up with Ctrl-C is empty. */
  @Override
  public @Nullable String next(String prompt) {
    try {
      return reader.readLine(prompt);
    } catch (UserInterruptException e) {
      return "";
    } catch (EndOfFileException e) {
      return null;
    }
  }

  @Override
  public boolean confirms(String question) {
    String answer = next(question + " [y/N] ");
    return answer != null && answer.strip().matches("(?i)y(es)?");
  }

  @Override
  public boolean isInteractive() {
    return true;
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
