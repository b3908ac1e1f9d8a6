package io.unipin.serving.log;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of a log. The served log and the exposure log each have such settings.
 *
 * @param enabled whether entries are written
 * @param folder folder of the log's segments
 * @param queue number of entries that may wait for the disk; further entries are dropped and
 *     counted
 * @param segment size in bytes at which a new segment begins
 * @param flushEvery longest time that an entry waits in memory
 */
public record ServedLogConfig(
    boolean enabled, Path folder, int queue, ByteSize segment, Duration flushEvery) {
  public ServedLogConfig {
    checkRange("queue", queue, 1, 1 << 20);
    checkRange("segment", segment.bytes(), 1024, 1 << 30);
    checkPositive("flushEvery", flushEvery);
  }

  /** Returns the same settings with the log enabled or disabled. */
  public ServedLogConfig withEnabled(boolean enabled) {
    return new ServedLogConfig(enabled, folder, queue, segment, flushEvery);
  }
}
