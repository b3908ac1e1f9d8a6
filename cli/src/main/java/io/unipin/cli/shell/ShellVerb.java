package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * A command of the shell.
 *
 * @param name first word of a line
 * @param synopsis form of the words that follow; empty for none
 * @param meaning one sentence for the list of commands
 * @param action what the command does
 */
record ShellVerb(String name, String synopsis, String meaning, Action action) {
  /** Runs a command on the words of a line. */
  interface Action {
    /** Returns the server's answer as JSON; a missing node if no server was asked. */
    JsonNode run(Arguments arguments) throws IOException;
  }

  /** Returns the whole form of a line. */
  String form() {
    return synopsis.isEmpty() ? name : name + " " + synopsis;
  }
}
