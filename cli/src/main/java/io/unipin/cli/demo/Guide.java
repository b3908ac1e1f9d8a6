package io.unipin.cli.demo;

import io.unipin.cli.console.Table;
import io.unipin.cli.server.SlateText;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Prints the demo as a guided tour with numbered stops, short sentences and tables. Not
 * thread-safe.
 */
public final class Guide {
  private final PrintWriter out;
  private final long begin = System.nanoTime();
  private int stop;
  private boolean afterTable;

  public Guide(PrintWriter out) {
    this.out = out;
  }

  public PrintWriter out() {
    return out;
  }

  void show(RetrieveAndRankResponse slate, int firstPlace) {
    out.println();
    SlateText.print(slate, firstPlace, out);
    afterTable = true;
  }

  /** Begins the next stop. */
  public void stop(String title) {
    stop++;
    afterTable = false;
    out.println();
    String head = stop + ". " + title;
    String clock = String.format(Locale.ROOT, "%d s", seconds());
    out.println(
        head + " " + "-".repeat(Math.max(3, 92 - head.length() - clock.length())) + " " + clock);
  }

  public void say(String sentence, Object... values) {
    if (afterTable) {
      out.println();
      afterTable = false;
    }
    out.println("  " + String.format(Locale.ROOT, sentence, values));
  }

  public void show(Table table) {
    out.println();
    table.print(out);
    afterTable = true;
  }

  public long seconds() {
    return (System.nanoTime() - begin) / 1_000_000_000L;
  }
}
