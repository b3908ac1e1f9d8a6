package io.unipin.ann;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A factory of daemon threads for background work. Daemon threads do not keep the process alive.
 */
final class Background {
  private Background() {}

  static ExecutorService threads(int count) {
    return Executors.newFixedThreadPool(
        count,
        task -> {
          Thread thread = new Thread(task, "ann-live");
          thread.setDaemon(true);
          return thread;
        });
  }
}
