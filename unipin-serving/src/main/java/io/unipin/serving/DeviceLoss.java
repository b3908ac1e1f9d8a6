package io.unipin.serving;

import io.unipin.serving.failure.ServingException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a server whose device failed. After a failure, CUDA refuses all work of the process, so only
 * a new process can serve. Thread-safe.
 */
final class DeviceLoss {
  private static final Logger logger = LoggerFactory.getLogger(DeviceLoss.class);

  private final Runnable end;
  private final AtomicBoolean lost = new AtomicBoolean();

  /**
   * Creates an instance for one server.
   *
   * @param end stops the server; runs at most once, in a thread of its own
   */
  DeviceLoss(Runnable end) {
    this.end = end;
  }

  /** Notes that the device failed. Returns at once. */
  void report(ServingException failure) {
    if (lost.compareAndSet(false, true)) {
      logger.error("the device failed, so this server stops; a new process can serve", failure);
      new Thread(end, "device-loss").start();
    }
  }

  boolean isLost() {
    return lost.get();
  }
}
