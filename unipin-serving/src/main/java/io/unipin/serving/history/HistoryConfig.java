package io.unipin.serving.history;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * Settings of the history store.
 *
 * @param store where the histories are stored: the local disk or Redis
 * @param folder folder of the database on the disk
 * @param limit number of newest actions that are kept per user, and number of events that are
 *     remembered per user; at least the model's maxHistory
 * @param syncWrites whether every write waits until the data is on the disk, so that the data
 *     survives a loss of power
 * @param held bytes of decoded histories that the server keeps in memory
 * @param whenAway answer to a page request while Redis is unavailable and this server holds no
 *     history of the user
 */
public record HistoryConfig(
    Store store, Path folder, int limit, boolean syncWrites, ByteSize held, WhenAway whenAway) {
  private static final ByteSize HELD = new ByteSize(1 << 20);

  /** The place where a server stores histories. */
  public enum Store {
    /** On the local disk, in {@code folder}. */
    DISK,
    /** In the Redis that the settings' section {@code redis} names. */
    REDIS
  }

  /**
   * The answer to a page request while the store is unavailable and this server holds no history of
   * the user.
   */
  public enum WhenAway {
    /** The call fails with UNAVAILABLE. */
    REFUSE,
    /** The caller gets the page of an unknown user. */
    EMPTY
  }

  public HistoryConfig {
    checkRange("limit", limit, 1, 65536);
    if (store == Store.DISK && whenAway != WhenAway.REFUSE) {
      throw new SettingException("whenAway", "REFUSE expected beside store: DISK, got " + whenAway);
    }
  }

  /** Creates settings of a store on the disk. */
  public HistoryConfig(Path folder, int limit, boolean syncWrites) {
    this(Store.DISK, folder, limit, syncWrites, HELD, WhenAway.REFUSE);
  }
}
