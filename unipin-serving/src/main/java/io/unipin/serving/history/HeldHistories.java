package io.unipin.serving.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decoded histories in memory, each with its revision in the store. A user's history is found by
 * the key of the user's record, from {@link HistoryKeys#user}. When the bytes are used up, the
 * least used histories are removed. Thread-safe.
 */
public final class HeldHistories {
  /**
   * Bytes of an entry without actions. Each action adds {@link #ACTION_BYTES}. The names of actions
   * are shared, so they do not count.
   */
  private static final int ENTRY_BYTES = 500;

  private static final int ACTION_BYTES = 48;

  private final Cache<String, Held> histories;

  /**
   * A history and its revision.
   *
   * @param revision text that differs from the revisions of all other states of the user's history
   */
  public record Held(String revision, UserHistory history) {}

  /** Creates an empty table that holds histories of about this many bytes. */
  public HeldHistories(long bytes) {
    histories =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher(
                (String key, Held held) ->
                    ENTRY_BYTES + ACTION_BYTES * held.history().newest().size())
            .executor(Runnable::run)
            .build();
  }

  public @Nullable Held get(byte[] key) {
    return histories.getIfPresent(text(key));
  }

  public void put(byte[] key, Held held) {
    histories.put(text(key), held);
  }

  public void drop(byte[] key) {
    histories.invalidate(text(key));
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.ISO_8859_1);
  }
}
