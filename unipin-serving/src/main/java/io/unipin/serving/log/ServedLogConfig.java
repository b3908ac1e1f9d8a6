package io.unipin.serving.log;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of a log: that of served slates and recorded actions, and that of exposures.
 *
 * @param enabled whether anything is logged
 * @param folder of the log's segments
 * @param queue entries that may wait for the disk before the next is dropped and counted
 * @param segment size from which a new segment is begun
 * @param flushEvery longest time that an entry waits in memory
 */
public record ServedLogConfig(
    boolean enabled, Path folder, int queue, ByteSize segment, Duration flushEvery) {
  public ServedLogConfig {
    checkRange("queue", queue, 1, 1 << 20);
    checkRange("segment", segment.bytes(), 1024, 1 << 30);
    checkPositive("flushEvery", flushEvery);
  }

  /** The same folder, written to or not. */
  public ServedLogConfig withEnabled(boolean enabled) {
    return new ServedLogConfig(enabled, folder, queue, segment, flushEvery);
  }
}
