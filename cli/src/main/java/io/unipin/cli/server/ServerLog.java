package io.unipin.cli.server;

import io.unipin.cli.console.CommandException;
import java.util.List;
import java.util.Map;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Configures the log of a server. {@code logback.xml} defines the formats, and
 * {@code UNIPIN_LOG_FORMAT} chooses one.
 */
final class ServerLog {
  private static final String FORMAT = "UNIPIN_LOG_FORMAT";
  private static final List<String> FORMATS = List.of("text", "json");

  private ServerLog() {}

  /**
   * Redirects the JDK's log, which libraries use, into the server's log, so that all lines have one
   * format.
   */
  static void begin(Map<String, String> environment) {
    String format = environment.getOrDefault(FORMAT, FORMATS.get(0));
    if (!FORMATS.contains(format)) {
      throw new CommandException(
          "%s: one of %s expected, got '%s'".formatted(FORMAT, FORMATS, format));
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
