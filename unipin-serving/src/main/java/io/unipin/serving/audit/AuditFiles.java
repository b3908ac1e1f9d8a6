package io.unipin.serving.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the audit log, {@code audit-TIME.jsonl}. Together they take a bounded number of
 * bytes. A new file begins after each start of the server, and when the open file has reached a
 * sixteenth of these bytes. Not thread-safe.
 */
final class AuditFiles implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String PREFIX = "audit-";
  private static final String SUFFIX = ".jsonl";
  private static final int SHARES = 16;
  private static final int MOST_FILES = 1000;

  private final Path folder;
  private final long maxBytes;
  private final LongSupplier clockMs;
  private @Nullable OutputStream open;
  private long size;

  AuditFiles(Path folder, long maxBytes, LongSupplier clockMs) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.clockMs = clockMs;
  }

  /**
   * Passes a line, including its line end, to the operating system. So a crash of this process does
   * not lose the line.
   */
  void write(byte[] line) throws IOException {
    if (open == null || size + line.length > maxBytes / SHARES) {
      next();
    }
    OutputStream out = open;
    if (out == null) {
      throw new IllegalStateException("an open file expected");
    }
    boolean written = false;
    try {
      out.write(line);
      written = true;
    } finally {
      if (!written) {
        close(); // the file may end with a part of the line, so the next line begins another file
      }
    }
    size += line.length;
  }

  /** Removes old files until there is room for a whole new file, and begins the new file. */
  private void next() throws IOException {
    close();
    Files.createDirectories(folder);
    prune();
    for (long ms = Math.max(clockMs.getAsLong(), newest() + 1); open == null; ms++) {
      Path file = folder.resolve(PREFIX + TIME.format(Instant.ofEpochMilli(ms)) + SUFFIX);
      try {
        open = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        size = 0;
      } catch (FileAlreadyExistsException e) {
        // Another process began a file in this millisecond.
      }
    }
  }

  /**
   * Returns the time in the newest file's name. The next file gets a later time, even if the clock
   * was set back.
   */
  private long newest() throws IOException {
    List<Path> files = files();
    if (files.isEmpty()) {
      return 0;
    }
    String name = String.valueOf(files.get(files.size() - 1).getFileName());
    String time = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
    try {
      return TIME.parse(time, Instant::from).toEpochMilli();
    } catch (DateTimeParseException e) {
      return 0; // this file does not belong to the log
    }
  }

  /** Removes the oldest files until a new file has room. */
  private void prune() throws IOException {
    List<Path> files = new ArrayList<>(files());
    long sum = 0;
    for (Path file : files) {
      sum += Files.size(file);
    }
    while (!files.isEmpty() && (sum > maxBytes - maxBytes / SHARES || files.size() >= MOST_FILES)) {
      Path oldest = files.remove(0);
      sum -= Files.size(oldest);
      Files.delete(oldest);
    }
  }

  /** Returns the files of the log, oldest first. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(
              file -> {
                String name = String.valueOf(file.getFileName());
                return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
              })
          .sorted()
          .toList();
    }
  }

  /** Closes the open file. The next line begins another file. Idempotent. */
  @Override
  public void close() throws IOException {
    OutputStream out = open;
    open = null;
    if (out != null) {
      out.close();
    }
  }
}
