package io.unipin.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A failed command, as a user or a program sees it.
 *
 * @param kind what kind of failure it is
 * @param exit the exit code of the command
 * @param message one line: the place, what was expected and what came
 * @param parts the parts of the message
 * @param next the command to run next
 */
record Problem(ProblemKind kind, int exit, String message, ErrorLine parts, String next) {
  /** Returns the line for a person. */
  String line(String command) {
    return message.endsWith(next)
        ? command + ": " + message
        : "%s: %s (next: %s)".formatted(command, message, next);
  }

  /**
   * Returns one line with one JSON object. Parts that are unknown are left out.
   *
   * @param trace the stack trace; empty for none
   */
  String json(String command, String trace) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", kind.label());
    error.put("exit", exit);
    error.put("command", command);
    error.put("message", message);
    put(error, "place", parts.place());
    put(error, "expected", parts.expected());
    put(error, "got", parts.got());
    put(error, "nearest", parts.nearest());
    put(error, "next", next);
    put(error, "trace", trace);
    try {
      return new ObjectMapper().writeValueAsString(Map.of("error", error));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and a number can be written as JSON", e);
    }
  }

  private static void put(Map<String, Object> error, String name, String value) {
    if (!value.isEmpty()) {
      error.put(name, value);
    }
  }
}
