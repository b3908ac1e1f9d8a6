package io.unipin.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests completion, and the lines of a terminal with typed keys. */
@Timeout(60)
final class TerminalLinesTest {
  private static final char CONTROL_D = 4;

  private final Session session = new Session("");
  private final List<ShellVerb> verbs =
      List.of(
          new ShellVerb("user", "ID", "", arguments -> MissingNode.getInstance()),
          new ShellVerb("act", "ACTION ITEM", "", arguments -> MissingNode.getInstance()),
          new ShellVerb("page", "", "", arguments -> MissingNode.getInstance()));
  private final Completions completions = new Completions(session, () -> verbs);

  private List<String> after(String... words) {
    return completions.after(List.of(words)).stream().map(Completions.Proposal::word).toList();
  }

  @Test
  void completions_areCommandsActionsItemsAndUsers() {
    session.choose("ann");
    session.choose("bob");
    session.knowActions(List.of("save", "click"));
    session.feed().begin(Pages.of(11, 12), 0);
    session.recorded("e1");
    assertThat(after()).containsExactly("user", "act", "page");
    assertThat(after("user")).containsExactly("ann", "bob");
    assertThat(after("erase")).containsExactly("ann", "bob");
    assertThat(after("act")).containsExactly("click", "save");
    assertThat(after("act", "click")).containsExactly("#1", "11", "#2", "k12");
    assertThat(after("act", "click", "#1")).isEmpty();
    assertThat(after("why")).contains("not", "#1");
    assertThat(after("why", "not")).containsExactly("#1", "11", "#2", "k12");
    assertThat(after("retract")).containsExactly("e1");
    assertThat(after("put")).contains("key=", "title=");
    assertThat(after("page")).isEmpty();
  }

  @Test
  void next_tabCompletesWords() throws IOException {
    session.choose("ann");
    session.choose("bob");
    session.feed().begin(Pages.of(11, 12), 0);
    assertThat(typed("us\tbo\t\nact x k\t\npa\t\n"))
        .containsExactly("user bob", "act x k12", "page");
  }

  @Test
  void next_arrowUp_bringsBackAnEarlierLine() throws IOException {
    assertThat(typed("user ann\npage\n\u001b[A\u001b[A\n"))
        .containsExactly("user ann", "page", "user ann");
  }

  @Test
  void next_exclamationMarksAndOpenQuotes_areTakenAsTheyAre() throws IOException {
    assertThat(typed("put title=Hi!\nuser 'a\n")).containsExactly("put title=Hi!", "user 'a");
  }

  @Test
  void confirms_onlyAYes() throws IOException {
    try (TerminalLines lines = terminal("y\nno\n\nYes\n")) {
      assertThat(lines.confirms("Erase?")).isTrue();
      assertThat(lines.confirms("Erase?")).isFalse();
      assertThat(lines.confirms("Erase?")).isFalse();
      assertThat(lines.confirms("Erase?")).isTrue();
      assertThat(lines.isInteractive()).isTrue();
    }
  }

  /** Returns the lines of a terminal at which these keys and then Control-D are pressed. */
  private TerminalLines terminal(String keys) throws IOException {
    PipedOutputStream keyboard = new PipedOutputStream();
    PipedInputStream in = new PipedInputStream(keyboard, 4096);
    keyboard.write((keys + CONTROL_D).getBytes(StandardCharsets.UTF_8));
    Terminal terminal =
        new ExternalTerminal(
            "test", "ansi", in, new ByteArrayOutputStream(), StandardCharsets.UTF_8);
    return new TerminalLines(terminal, completions);
  }

  /** Returns the lines that a terminal gives for these keys. */
  private List<String> typed(String keys) throws IOException {
    List<String> read = new ArrayList<>();
    try (TerminalLines lines = terminal(keys)) {
      for (String line = lines.next("> "); line != null; line = lines.next("> ")) {
        read.add(line.strip());
      }
    }
    return read;
  }
}
