package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;

/**
 * Settings of the files below the users' KV cache: the section {@code cache.file} of a server's
 * settings. The files hold more users than the memory, and they survive a restart.
 *
 * @param path folder of the files; empty to keep no files
 * @param bytes bytes that the files may take
 * @param queue bytes of keys and values that may wait in memory until they are written
 */
public record CacheFileConfig(Path path, ByteSize bytes, ByteSize queue) {
  private static final long LEAST_BYTES = 1 << 26;
  private static final long LEAST_QUEUE = 1 << 20;
  private static final long MOST_BYTES = 1L << 43;

  public CacheFileConfig {
    checkRange("bytes", bytes.bytes(), LEAST_BYTES, MOST_BYTES);
    checkRange("queue", queue.bytes(), LEAST_QUEUE, 1L << 40);
  }

  public boolean isEnabled() {
    return !path.toString().isEmpty();
  }
}
