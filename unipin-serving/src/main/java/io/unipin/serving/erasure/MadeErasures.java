package io.unipin.serving.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The erasures that a replica has applied, as a small file. The file holds a position for each
 * partition of the log of erasures. All erasures before this position are applied, except for
 * waiting erasures, which the file lists. No erasure may be applied twice, because the user may
 * have come back after the first time. The file belongs to one history store. With another store,
 * all erasures are applied again. Only one thread may call the methods, except {@link #from} and
 * {@link #lastMs}.
 */
public final class MadeErasures implements ErasureLog.Positions {
  private static final Logger logger = LoggerFactory.getLogger(MadeErasures.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Format of a file that lists no waiting erasures. Earlier servers can read this format. */
  private static final int FORMAT = 1;

  /** Format of a file that lists waiting erasures. */
  private static final int WITH_HELD = 2;

  private static final int STORE_DIGITS = 16;

  private final Path file;
  private final String store;
  private final Map<String, Long> next = new TreeMap<>();
  private final Map<String, LoggedErasure> held = new LinkedHashMap<>();

  /** The latest time at which one of the applied erasures was written. */
  private long lastMs = Long.MIN_VALUE;

  private boolean changed;

  private MadeErasures(Path file, byte[] secret) {
    this.file = file;
    this.store = DigestUtils.sha256Hex(secret).substring(0, STORE_DIGITS);
  }

  /**
   * Reads the file. If the file is missing or damaged, all erasures are applied again.
   *
   * @param secret secret of the history store; it identifies the store
   */
  public static MadeErasures open(Path file, byte[] secret) {
    MadeErasures made = new MadeErasures(file, secret);
    if (Files.exists(file)) {
      try {
        made.read(JSON.readTree(file.toFile()));
      } catch (IOException | IllegalArgumentException e) {
        made.next.clear();
        made.held.clear();
        made.lastMs = Long.MIN_VALUE;
        logger.warn("{} can't be read: all erasures are made again", file.getFileName(), e);
      }
    }
    return made;
  }

  private void read(JsonNode node) throws IOException {
    int format = node.path("format").asInt();
    if (format != FORMAT && format != WITH_HELD) {
      throw new IllegalArgumentException("format 1 or 2 expected, got " + node.path("format"));
    }
    if (!node.path("store").asText().equals(store)) {
      logger.info("the history store is another one: all erasures are made again");
      return;
    }
    lastMs = node.path("lastMs").asLong(Long.MIN_VALUE);
    node.path("next").properties().forEach(e -> next.put(e.getKey(), e.getValue().asLong()));
    for (JsonNode one : node.path("held")) {
      LoggedErasure erasure =
          new LoggedErasure(
              bytes(one, "key"),
              bytes(one, "value"),
              one.path("part").asText(),
              one.path("position").asLong(),
              one.path("writtenMs").asLong());
      held.put(erasure.place(), erasure);
    }
  }

  private static byte[] bytes(JsonNode of, String name) throws IOException {
    byte[] bytes = of.path(name).binaryValue();
    if (bytes == null) {
      throw new IllegalArgumentException(name + " of an erasure in Base64 expected, got none");
    }
    return bytes;
  }

  /** Whether the file says that no erasure was applied yet. */
  public boolean isNew() {
    return lastMs == Long.MIN_VALUE;
  }

  /** Sets the positions for a replica that has applied no erasure itself. */
  public synchronized void begin(Map<String, ErasurePoint> points) {
    points.forEach(
        (part, point) -> {
          next.put(part, point.position());
          lastMs = Math.max(lastMs, point.lastMs());
          changed = true;
        });
  }

  /** Whether an erasure was applied, or is held. */
  boolean contains(LoggedErasure erasure) {
    // A topic may have been deleted and created again, so that its positions begin at 0 again. The
    // time shows that its records are new.
    return erasure.position() < from(erasure.part()) && erasure.writtenMs() <= lastMs;
  }

  @Override
  public synchronized long from(String part) {
    return next.getOrDefault(part, 0L);
  }

  @Override
  public synchronized long lastMs() {
    return lastMs;
  }

  /** Notes an erasure that was applied or is held, and that the file does not contain yet. */
  synchronized void add(LoggedErasure erasure) {
    next.put(erasure.part(), erasure.position() + 1);
    lastMs = Math.max(lastMs, erasure.writtenMs());
    changed = true;
  }

  /** Keeps an erasure that is not applied yet. */
  void hold(LoggedErasure erasure) {
    held.put(erasure.place(), erasure);
    changed = true;
  }

  /** Notes that an erasure need not be kept any longer. */
  void release(LoggedErasure erasure) {
    held.remove(erasure.place());
    changed = true;
  }

  /** Returns the erasures that are not applied yet. */
  List<LoggedErasure> held() {
    return List.copyOf(held.values());
  }

  /** Returns one position per partition. All erasures before this position are applied. */
  Map<String, ErasurePoint> points() {
    Map<String, Long> least = new HashMap<>(next);
    held.values().forEach(one -> least.merge(one.part(), one.position(), Math::min));
    Map<String, ErasurePoint> points = new TreeMap<>();
    least.forEach((part, position) -> points.put(part, new ErasurePoint(position, lastMs)));
    return points;
  }

  /**
   * Writes the file. A failure is only logged. After a restart, the erasures that the file lacks
   * are then applied again.
   */
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
    node.put("format", held.isEmpty() ? FORMAT : WITH_HELD).put("store", store);
    if (lastMs != Long.MIN_VALUE) {
      node.put("lastMs", lastMs);
    }
    ObjectNode positions = node.putObject("next");
    next.forEach(positions::put);
    if (!held.isEmpty()) {
      ArrayNode waiting = node.putArray("held");
      for (LoggedErasure one : held.values()) {
        waiting
            .addObject()
            .put("part", one.part())
            .put("position", one.position())
            .put("writtenMs", one.writtenMs())
            .put("key", one.key())
            .put("value", one.value());
      }
    }
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path beside = absolute.resolveSibling(absolute.getFileName() + ".tmp");
    Files.write(beside, JSON.writeValueAsBytes(node));
    Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE);
  }
}
