package io.unipin.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ServerLogTest {
  @Test
  void json_isOneObjectPerEvent() throws Exception {
    String line = write("json", "bundle {} serves", null, "main");
    assertThat(line).endsWith("\n");
    assertThat(line.trim()).doesNotContain("\n");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "timestamp", "level", "threadName", "loggerName", "formattedMessage", "throwable");
    assertThat(json.get("formattedMessage").asText()).isEqualTo("bundle main serves");
    assertThat(json.get("level").asText()).isEqualTo("INFO");
  }

  @Test
  void json_holdsTheTraceOfAFailureInItsLine() throws Exception {
    String line = write("json", "failed \"here\"\n", new IllegalStateException("why\nso"));
    assertThat(line.trim()).doesNotContain("\n");
    JsonNode failure = new ObjectMapper().readTree(line).get("throwable");
    assertThat(failure.get("message").asText()).isEqualTo("why\nso");
    assertThat(failure.get("stepArray").size()).isPositive();
  }

  @Test
  void text_isTheDefault() throws Exception {
    assertThat(write("", "bundle {} serves", null, "main"))
        .endsWith("INFO  X: bundle main serves\n");
  }

  @Test
  void begin_unknownFormat_isRefused() {
    assertThatThrownBy(() -> ServerLog.begin(Map.of("UNIPIN_LOG_FORMAT", "xml")))
        .isInstanceOf(CommandException.class)
        .hasMessage("UNIPIN_LOG_FORMAT: one of [text, json] expected, got 'xml'");
  }

  /** Returns the text that the shipped configuration writes for a log event. */
  private static String write(
      String format, String message, @Nullable Throwable failure, Object... arguments)
      throws Exception {
    LoggerContext context = new LoggerContext();
    if (!format.isEmpty()) {
      context.putProperty("UNIPIN_LOG_FORMAT", format);
    }
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(
        Objects.requireNonNull(ServerLogTest.class.getResource("/logback.xml")));
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    assertThat(root.iteratorForAppenders()).toIterable().hasSize(1);
    ConsoleAppender<ILoggingEvent> appender =
        (ConsoleAppender<ILoggingEvent>) root.iteratorForAppenders().next();
    LoggingEvent event =
        new LoggingEvent("", context.getLogger("io.X"), Level.INFO, message, failure, arguments);
    return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
  }
}
