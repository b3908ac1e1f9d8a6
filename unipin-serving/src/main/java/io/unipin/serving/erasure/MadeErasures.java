package io.unipin.serving.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The erasures that a replica has made, as a small file: for each part of the log the position
 * after the last one. An erasure that was made must not be made again, since the user may have come
 * back. The file belongs to one history store. With another store, all erasures are made again. One
 * thread, apart from {@link #from}.
 */
public final class MadeErasures implements ErasureLog.Positions {
  private static final Logger logger = LoggerFactory.getLogger(MadeErasures.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;
  private static final int STORE_DIGITS = 16;

  private final Path file;
  private final String store;
  private final Map<String, Long> next = new TreeMap<>();

  /** The latest time at which one of the made erasures was written. */
  private long lastMs = Long.MIN_VALUE;

  private boolean changed;

  private MadeErasures(Path file, byte[] secret) {
    this.file = file;
    this.store = DigestUtils.sha256Hex(secret).substring(0, STORE_DIGITS);
  }

  /**
   * Reads the file. Without a file, or with a damaged one, all erasures are made again.
   *
   * @param secret secret of the history store, which tells stores apart
   */
  public static MadeErasures open(Path file, byte[] secret) {
    MadeErasures made = new MadeErasures(file, secret);
    if (Files.exists(file)) {
      try {
        made.read(JSON.readTree(file.toFile()));
      } catch (IOException | IllegalArgumentException e) {
        logger.warn("{} can't be read: all erasures are made again", file.getFileName(), e);
      }
    }
    return made;
  }

  private void read(JsonNode node) {
    if (node.path("format").asInt() != FORMAT) {
      throw new IllegalArgumentException("format 1 expected, got " + node.path("format"));
    }
    if (!node.path("store").asText().equals(store)) {
      logger.info("the history store is another one: all erasures are made again");
      return;
    }
    lastMs = node.path("lastMs").asLong(Long.MIN_VALUE);
    node.path("next").properties().forEach(e -> next.put(e.getKey(), e.getValue().asLong()));
  }

  /** Whether an erasure was made. */
  boolean contains(LoggedErasure erasure) {
    // The time tells a topic that was deleted and created again, where positions begin at 0.
    return erasure.position() < from(erasure.part()) && erasure.writtenMs() <= lastMs;
  }

  @Override
  public synchronized long from(String part) {
    return next.getOrDefault(part, 0L);
  }

  /** Notes that an erasure was made that the file does not contain. */
  synchronized void add(LoggedErasure erasure) {
    next.put(erasure.part(), erasure.position() + 1);
    lastMs = Math.max(lastMs, erasure.writtenMs());
    changed = true;
  }

  /** Writes the file. A failure is logged, and more erasures are made again after a restart. */
  void save() {
    if (!changed) {
      return;
    }
    try {
      write();
      changed = false;
    } catch (IOException e) {
      logger.warn("{} can't be written: erasures may be made again", file.getFileName(), e);
    }
  }

  private void write() throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("format", FORMAT).put("store", store);
    if (lastMs != Long.MIN_VALUE) {
      node.put("lastMs", lastMs);
    }
    ObjectNode positions = node.putObject("next");
    next.forEach(positions::put);
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path beside = absolute.resolveSibling(absolute.getFileName() + ".tmp");
    Files.write(beside, JSON.writeValueAsBytes(node));
    Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE);
  }
}
