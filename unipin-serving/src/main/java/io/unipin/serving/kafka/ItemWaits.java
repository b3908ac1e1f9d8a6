package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemRecord;
import io.unipin.serving.items.ItemVerdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The calls that wait until their changes have come back from a topic and were applied.
 * Thread-safe.
 */
final class ItemWaits {
  private static final String CHANGE = "unipin-change";

  private final Map<String, CompletableFuture<ItemVerdict>> waiting = new ConcurrentHashMap<>();

  /** The changes of one call. */
  final class Changes implements AutoCloseable {
    private final String call = UUID.randomUUID().toString();
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final List<CompletableFuture<ItemVerdict>> verdicts = new ArrayList<>();

    private Changes(String topic, List<ItemRecord> changes) {
      for (ItemRecord change : changes) {
        String name = call + "/" + records.size();
        CompletableFuture<ItemVerdict> verdict = new CompletableFuture<>();
        verdicts.add(verdict);
        waiting.put(name, verdict);
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(change.id()).array();
        List<Header> headers =
            List.of(new RecordHeader(CHANGE, name.getBytes(StandardCharsets.UTF_8)));
        records.add(new ProducerRecord<>(topic, null, null, key, change.encode(), headers));
      }
    }

    /** Returns the records to write, in the order of the changes. */
    List<ProducerRecord<byte[], byte[]>> records() {
      return records;
    }

    /**
     * Waits for the verdicts, in the order of the changes.
     *
     * @throws ServingException UNAVAILABLE when this replica has not applied all changes in time;
     *     it applies the rest later
     */
    List<ItemVerdict> verdicts(Duration patience) {
      try {
        CompletableFuture.allOf(verdicts.toArray(CompletableFuture[]::new))
            .get(patience.toNanos(), TimeUnit.NANOSECONDS);
        return verdicts.stream().map(CompletableFuture::join).toList();
      } catch (TimeoutException e) {
        throw new ServingException(
            FailureKind.UNAVAILABLE,
            "the changes are in the topic, but this server has not made them all; it will",
            e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // verdicts never complete with a failure
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ServingException(FailureKind.UNAVAILABLE, "the server stops", e);
      }
    }

    /** Stops waiting. */
    @Override
    public void close() {
      for (int i = 0; i < records.size(); i++) {
        waiting.remove(call + "/" + i);
      }
    }
  }

  /** Begins to wait for changes that are about to be written to a topic. */
  Changes expect(String topic, List<ItemRecord> changes) {
    return new Changes(topic, changes);
  }

  /** Passes a verdict on to the call that waits for it, if that call arrived at this server. */
  void made(ConsumerRecord<byte[], byte[]> record, ItemVerdict verdict) {
    Header header = record.headers().lastHeader(CHANGE);
    if (header != null && header.value() != null) {
      CompletableFuture<ItemVerdict> waits =
          waiting.get(new String(header.value(), StandardCharsets.UTF_8));
      if (waits != null) {
        waits.complete(verdict);
      }
    }
  }
}
