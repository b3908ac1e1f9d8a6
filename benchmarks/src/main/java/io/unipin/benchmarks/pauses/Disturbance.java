package io.unipin.benchmarks.pauses;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A disturbance of a server that comes from outside of the server. */
enum Disturbance {
  PAUSE_1("stopped for 1 s", Duration.ofSeconds(1), true),
  PAUSE_5("stopped for 5 s", Duration.ofSeconds(5), true),
  PAUSE_15("stopped for 15 s", Duration.ofSeconds(15), true),
  THIEF_10("busy loops on all cores for 10 s", Duration.ofSeconds(10), false);

  private final String label;
  private final Duration length;
  private final boolean pause;

  Disturbance(String label, Duration length, boolean pause) {
    this.label = label;
    this.length = length;
    this.pause = pause;
  }

  String label() {
    return label;
  }

  Duration length() {
    return length;
  }

  /**
   * Returns whether the disturbance stops the process. The effect of such a pause depends on the
   * work that the process does at that moment.
   */
  boolean isPause() {
    return pause;
  }

  /** Disturbs a process, and returns when the disturbance is over. */
  void strike(long pid) throws IOException, InterruptedException {
    if (pause) {
      signal("STOP", pid);
      try {
        Thread.sleep(length.toMillis());
      } finally {
        signal("CONT", pid);
      }
    } else {
      steal();
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (exit != 0) {
      throw new IOException("a running server expected, got none to send SIG" + name);
    }
  }

  /**
   * Takes processor time with one busy loop per core. The loops end after a while even if this
   * process dies.
   */
  private void steal() throws IOException, InterruptedException {
    List<Process> thieves = new ArrayList<>();
    String seconds = Long.toString(length.toSeconds());
    for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
      thieves.add(
          new ProcessBuilder("timeout", seconds, "sh", "-c", "while :; do :; done")
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start());
    }
    for (Process thief : thieves) {
      thief.waitFor();
    }
  }
}
