package io.unipin.serving.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.security.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: one JSON object per line for each action of an operator and each erasure of a
 * user.
 *
 * <p>An entry is in its file before the caller has the answer. If the file can't be written, the
 * call goes on, the entry goes to the server's log instead, and a counter counts it. Of the calls
 * that are refused for lack of permission, at most ten per second are logged. The other refused
 * calls are only counted. So a flood of such calls does not push older entries out. Thread-safe.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AuditLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PSEUDONYM_BYTES = 16;
  private static final int REFUSALS_PER_SECOND = 10;

  private final @Nullable AuditFiles files;
  private final Secrets secrets;
  private final LongSupplier clockMs;
  private final AtomicLong lost = new AtomicLong();
  private final Lock lock = new ReentrantLock();

  @GuardedBy("lock")
  private long second;

  @GuardedBy("lock")
  private int refusals;

  @GuardedBy("lock")
  private long suppressed;

  private AuditLog(@Nullable AuditFiles files, Secrets secrets, LongSupplier clockMs) {
    this.files = files;
    this.secrets = secrets;
    this.clockMs = clockMs;
  }

  /**
   * Opens the log. The log's first file is created with the first entry. A log that is not enabled
   * writes nothing.
   *
   * @param folder folder of the log's files
   * @param clockMs the time in milliseconds since the epoch
   */
  public static AuditLog open(
      AuditConfig config, Path folder, Secrets secrets, LongSupplier clockMs) {
    AuditFiles files =
        config.enabled() ? new AuditFiles(folder, config.maxBytes().bytes(), clockMs) : null;
    return new AuditLog(files, secrets, clockMs);
  }

  /**
   * Returns the name of a user in this log: 32 hexadecimal digits of an HMAC of the id. Only a
   * holder of the server's secret can tell whether a user has this name.
   */
  public String pseudonym(String user) {
    byte[] mac = secrets.keys(Secrets.Purpose.USER_ID).sign(user.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(mac, 0, PSEUDONYM_BYTES);
  }

  /** Returns the current time in milliseconds since the epoch. */
  public long nowMs() {
    return clockMs.getAsLong();
  }

  /** Writes an entry. */
  public void write(AuditEntry entry) {
    AuditFiles open = files;
    if (open == null) {
      return;
    }
    lock.lock();
    try {
      if (entry.isRefusal() && !mayRefuse()) {
        suppressed++;
        return;
      }
      write(open, entry.withSuppressed(suppressed));
      suppressed = 0;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean mayRefuse() {
    long now = TimeUnit.MILLISECONDS.toSeconds(clockMs.getAsLong());
    if (now != second) {
      second = now;
      refusals = 0;
    }
    refusals++;
    return refusals <= REFUSALS_PER_SECOND;
  }

  private void write(AuditFiles open, AuditEntry entry) {
    String line;
    try {
      line = JSON.writeValueAsString(entry);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    try {
      open.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      lost.incrementAndGet();
      logger.error("the audit log can't be written: {}; its entry: {}", e.getMessage(), line);
    }
  }

  /** Returns the number of entries that could not be written to a file. */
  public long lost() {
    return lost.get();
  }

  /** Closes the open file. Idempotent. */
  @Override
  public void close() {
    AuditFiles open = files;
    if (open == null) {
      return;
    }
    lock.lock();
    try {
      open.close();
    } catch (IOException e) {
      logger.error("the audit log did not close", e);
    } finally {
      lock.unlock();
    }
  }
}
