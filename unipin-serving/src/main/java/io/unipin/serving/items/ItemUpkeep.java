package io.unipin.serving.items;

import io.unipin.serving.threads.Recurring;
import java.time.Duration;

/**
 * The regular work for items that callers put. One thread removes expired items. Another thread
 * removes the bytes of deleted items from the disk, because this takes long.
 */
public final class ItemUpkeep implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Recurring tidying;
  private final Recurring wiping;
  private volatile boolean closed;

  private ItemUpkeep(ItemChanges items) {
    tidying = Recurring.start("items-tidy", EVERY, () -> run(items::tidy));
    wiping = Recurring.start("items-wipe", EVERY, () -> run(items::wipe));
  }

  public static ItemUpkeep start(ItemChanges items) {
    return new ItemUpkeep(items);
  }

  /**
   * Runs a task. If the task fails because the server is stopping, the failure is ignored. The rest
   * of the work is done after the next start.
   */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  /** Stops the work. A running task may go on for a short time. Idempotent. */
  @Override
  public void close() {
    closed = true;
    tidying.close();
    wiping.close();
  }
}
