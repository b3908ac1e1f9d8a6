package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes the server's answers to a file of JSON lines: one object per typed line, with the line and
 * its answer or error. Not thread-safe.
 */
final class AnswerLog implements AutoCloseable {
  private final @Nullable Writer file;

  private AnswerLog(@Nullable Writer file) {
    this.file = file;
  }

  /** Opens a log. Without a file, nothing is written. */
  static AnswerLog open(@Nullable Path file) throws IOException {
    return new AnswerLog(file == null ? null : Files.newBufferedWriter(file));
  }

  /**
   * Writes an answer. A missing node, which stands for a line without a call to a server, is not
   * written.
   */
  void answer(String line, JsonNode answer) throws IOException {
    if (!answer.isMissingNode()) {
      ObjectNode entry = JsonNodeFactory.instance.objectNode().put("line", line);
      entry.set("answer", answer);
      write(entry);
    }
  }

  void failure(String line, String message) throws IOException {
    write(JsonNodeFactory.instance.objectNode().put("line", line).put("error", message));
  }

  private void write(ObjectNode entry) throws IOException {
    if (file != null) {
      file.write(entry + "\n");
      file.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
