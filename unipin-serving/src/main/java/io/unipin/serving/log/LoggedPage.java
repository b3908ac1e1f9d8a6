package io.unipin.serving.log;

import java.io.IOException;
import java.util.Optional;

/**
 * A served page as the served log holds it.
 *
 * @param request id of the request
 * @param items item ids in displayed order; the array is not copied
 */
public record LoggedPage(String user, String request, String surface, long[] items) {
  /**
   * Reads an entry of the served log.
   *
   * @param line the entry as JSON
   * @return the page; empty if the entry is an action or a retraction
   * @throws IOException when the line is no complete entry of a known format
   */
  public static Optional<LoggedPage> read(byte[] line) throws IOException {
    ServedEntry entry = ServedLines.entry(line, 0, line.length);
    String request = entry.view();
    return request == null
        ? Optional.empty()
        : Optional.of(
            new LoggedPage(
                entry.user(),
                request,
                entry.surface(),
                entry.items().stream().mapToLong(Long::longValue).toArray()));
  }
}
