package io.unipin.serving.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decoded histories in memory, with the revisions that they have in the store. Users are known by
 * the keys of their records, by {@link HistoryKeys#user}. The least used histories leave when the
 * bytes are used up. Thread-safe.
 */
public final class HeldHistories {
  /** Bytes of an entry without actions, and of an action. Names are shared and count little. */
  private static final int ENTRY_BYTES = 500;

  private static final int ACTION_BYTES = 48;

  private final Cache<String, Held> histories;

  /**
   * A history and its revision.
   *
   * @param revision text that no other history of the user has or had
   */
  public record Held(String revision, UserHistory history) {}

  /** Creates room for histories of about this many bytes. */
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
