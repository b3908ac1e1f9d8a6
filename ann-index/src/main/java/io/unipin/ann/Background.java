package io.unipin.ann;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads for what nobody waits for; they keep no process alive. */
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
