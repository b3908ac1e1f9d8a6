package io.unipin.serving.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The entry of a call that has not ended yet. Thread-safe. */
public final class AuditNote {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final int LONGEST_TEXT = 300;

  private final AuditLog log;
  private final String call;
  private final AuditEntry.Who who;
  private final long arrivedMs;
  private final long arrivedNanos = System.nanoTime();

  @GuardedBy("this")
  private final Map<String, Object> what = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean ended;

  /** Begins the entry of a call that arrives now. */
  public AuditNote(AuditLog log, String call, AuditEntry.Who who) {
    this.log = log;
    this.call = call;
    this.who = who;
    this.arrivedMs = log.nowMs();
  }

  /**
   * Adds to the entry a thing that the call names, such as a bundle. An empty text is left out, and
   * a long text is cut.
   */
  public synchronized void names(String key, String value) {
    if (!value.isEmpty()) {
      what.put(
          key, value.length() <= LONGEST_TEXT ? value : value.substring(0, LONGEST_TEXT) + "…");
    }
  }

  /** Notes the user that the call is about, by a pseudonym. */
  public void namesUser(String user) {
    if (!user.isEmpty()) {
      names("user", log.pseudonym(user));
    }
  }

  /** Adds {@code count} to a number in the entry, such as the number of deleted items. */
  public synchronized void counts(String key, long count) {
    if (count > 0) {
      what.merge(key, count, (one, other) -> (Long) one + (Long) other);
    }
  }

  /** Writes the entry, unless it is written already. */
  public void end(String outcome) {
    AuditEntry entry;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      entry =
          new AuditEntry(
              TIME.format(Instant.ofEpochMilli(arrivedMs)),
              call,
              who,
              new LinkedHashMap<>(what),
              outcome,
              TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrivedNanos),
              0);
    }
    log.write(entry);
  }
}
