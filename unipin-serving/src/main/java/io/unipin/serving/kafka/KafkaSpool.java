package io.unipin.serving.kafka;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.serving.log.ServedLogConfig;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the folder in which entries of logs wait for Kafka.
 *
 * @param folder folder with one folder for each log
 * @param maxBytes bytes that the entries of one log may take on the disk
 */
public record KafkaSpool(Path folder, ByteSize maxBytes) {
  private static final int LEAST_BYTES = 1 << 20;
  private static final long MOST_BYTES = 1L << 40;

  /** Largest number of entries that may wait in memory for the disk. */
  private static final int QUEUE = 10_000;

  /** Size of a segment. The entries of a segment are sent together. */
  private static final ByteSize SEGMENT = new ByteSize(1 << 20);

  private static final Duration FLUSH = Duration.ofMillis(200);

  public KafkaSpool {
    checkRange("maxBytes", maxBytes.bytes(), LEAST_BYTES, MOST_BYTES);
  }

  /** Returns the settings of the log on the disk in which entries wait for Kafka. */
  ServedLogConfig log(String name) {
    return new ServedLogConfig(true, folder.resolve(name), QUEUE, SEGMENT, FLUSH);
  }
}
