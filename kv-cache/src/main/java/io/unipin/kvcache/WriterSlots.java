package io.unipin.kvcache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The slots of the active writers, at most one per key. Thread-safe. */
final class WriterSlots {
  private final ConcurrentHashMap<KvKey, WriterSlot> slots = new ConcurrentHashMap<>();

  /**
   * Claims the key for {@code mine} and returns null. If another writer has the key, returns that
   * writer's slot.
   */
  @Nullable WriterSlot claim(WriterSlot mine) {
    return slots.putIfAbsent(mine.key(), mine);
  }

  /** Frees the key and wakes the requests that wait for it. Idempotent. */
  void finish(WriterSlot slot) {
    slots.remove(slot.key(), slot);
    slot.finish();
  }

  void forEach(Predicate<KvKey> keys, Consumer<WriterSlot> action) {
    slots.forEach(
        (key, slot) -> {
          if (keys.test(key)) {
            action.accept(slot);
          }
        });
  }
}
