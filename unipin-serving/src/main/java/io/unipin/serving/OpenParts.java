package io.unipin.serving;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The opened parts of a server. They are closed in reverse order. Not thread-safe. */
final class OpenParts implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(OpenParts.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Closes every part, even if closing another part throws. Idempotent. */
  @Override
  public void close() {
    while (!open.isEmpty()) {
      AutoCloseable part = open.pop();
      try {
        part.close();
      } catch (Exception e) {
        logger.error("{} did not close", part.getClass().getSimpleName(), e);
      }
    }
  }
}
