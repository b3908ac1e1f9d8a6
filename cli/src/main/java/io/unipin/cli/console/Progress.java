package io.unipin.cli.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of a task on standard error. Not thread-safe.
 *
 * <p>A terminal shows a bar. Any other output gets a line at most every ten seconds.
 */
public final class Progress implements AutoCloseable {
  private static final Duration LINE_EVERY = Duration.ofSeconds(10);

  private final String task;
  private final PrintStream out;
  private final @Nullable ProgressBar bar;
  private final long begin = System.nanoTime();
  private long nextLine = begin + LINE_EVERY.toNanos();

  private Progress(String task, PrintStream out, @Nullable ProgressBar bar) {
    this.task = task;
    this.out = out;
    this.bar = bar;
  }

  /** Begins a task. A total of -1 means that the amount of work is unknown. */
  public static Progress begin(String task, long total) {
    return begin(task, total, Boolean.getBoolean("unipin.terminal"), System.err);
  }

  static Progress begin(String task, long total, boolean terminal, PrintStream out) {
    if (!terminal) {
      return new Progress(task, out, null);
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .setConsumer(new ConsoleProgressBarConsumer(out))
            .build();
    return new Progress(task, out, bar);
  }

  /** Shows the amount of work done, the total, and a note for the user. */
  public void at(long done, long total, String note) {
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
      bar.setExtraMessage(note);
      return;
    }
    long now = System.nanoTime();
    if (now - nextLine >= 0) {
      nextLine = now + LINE_EVERY.toNanos();
      String share = total <= 0 ? "" : String.format(Locale.ROOT, "%3d %%  ", 100 * done / total);
      out.println(task + ": " + share + note);
    }
  }

  /** Prints a line that stays visible. */
  public void line(String text) {
    if (bar != null) {
      bar.pause();
      out.println("\r" + text + " ".repeat(Math.max(0, 100 - text.length())));
      bar.resume();
    } else {
      out.println(text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
