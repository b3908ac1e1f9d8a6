package io.unipin.serving.items;

import io.unipin.serving.threads.Recurring;
import java.time.Duration;

/**
 * The regular work for items that callers put: expired items are removed, and deleted ones leave
 * the disk. Both have a thread of their own, because leaving the disk takes long.
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

  /** Runs a task. A task that a stop overtakes may fail; the next start does the rest. */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  /** Stops the work. A task that runs may go on for a moment. Idempotent. */
  @Override
  public void close() {
    closed = true;
    tidying.close();
    wiping.close();
  }
}
