package io.unipin.serving.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints the demo as a guided tour: numbered stops, short sentences, tables. One thread. */
final class Guide {
  private final PrintWriter out;
  private final long begin = System.nanoTime();
  private int stop;

  Guide(PrintWriter out) {
    this.out = out;
  }

  PrintWriter out() {
    return out;
  }

  /** Begins the next stop. */
  void stop(String title) {
    stop++;
    out.println();
    String head = stop + ". " + title;
    String clock = String.format(Locale.ROOT, "%d s", seconds());
    out.println(
        head + " " + "-".repeat(Math.max(3, 92 - head.length() - clock.length())) + " " + clock);
  }

  void say(String sentence, Object... values) {
    out.println("  " + String.format(Locale.ROOT, sentence, values));
  }

  void show(Table table) {
    out.println();
    table.print(out);
  }

  long seconds() {
    return (System.nanoTime() - begin) / 1_000_000_000L;
  }
}
