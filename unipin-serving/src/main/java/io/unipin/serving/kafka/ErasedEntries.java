package io.unipin.serving.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.erasure.LoggedErasure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells which log entries were made before their user was erased. It takes about 150 bytes of
 * memory for each erased user. Confined to one thread.
 */
final class ErasedEntries {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ErasureSeal seal;
  private final Map<ByteBuffer, Long> times = new HashMap<>();

  ErasedEntries(ErasureSeal seal) {
    this.seal = seal;
  }

  /** Adds an erasure. */
  void add(LoggedErasure logged, ErasureSeal.Erased erased) {
    times.merge(ByteBuffer.wrap(logged.key()), erased.timeMs(), Math::max);
  }

  /** Whether a user was erased after an entry of a log was made. */
  boolean contains(ConsumerRecord<byte[], byte[]> entry) {
    if (times.isEmpty() || entry.key() == null) {
      return false;
    }
    for (byte[] key : seal.keys(new String(entry.key(), StandardCharsets.UTF_8))) {
      Long erased = times.get(ByteBuffer.wrap(key));
      if (erased != null && (entry.timestamp() <= erased || timeMs(entry.value()) <= erased)) {
        return true;
      }
    }
    return false;
  }

  private static long timeMs(byte[] entry) {
    try {
      return JSON.readTree(entry).path("timeMs").asLong(Long.MAX_VALUE);
    } catch (IOException e) {
      return Long.MAX_VALUE; // readers of the log skip such a line
    }
  }
}
