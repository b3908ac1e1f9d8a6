package io.unipin.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the share of this machine that other processes and other virtual machines take.
 * Immutable.
 *
 * <p>A server can't use this share of the machine, and no figure of the server shows it. This class
 * works only on Linux.
 */
final class Neighbours {
  /*
   * The number of columns in the first line of /proc/stat that are added up; see proc(5). The first
   * two columns already include the times in the later columns.
   */
  private static final int COLUMNS = 8;
  private static final int IDLE = 3;
  private static final int WAITING = 4;

  /* The positions of the fields in /proc/PID/stat, counted after the process name. */
  private static final int USER = 11;
  private static final int SYSTEM = 12;

  private final List<Long> ours;
  private final Times begin;

  /**
   * Numbers of clock ticks, summed over all cores: all ticks, the ticks in which a core was busy,
   * and the ticks that our own processes used.
   */
  private record Times(long all, long busy, long ours) {}

  private Neighbours(List<Long> ours) throws IOException {
    this.ours = ours;
    this.begin = read();
  }

  /** Starts to watch all processes except this process and the given process. */
  static Neighbours of(long pid) throws IOException {
    return new Neighbours(List.of(pid, ProcessHandle.current().pid()));
  }

  /**
   * Returns the share of the machine that other processes and other virtual machines took since the
   * start.
   */
  double share() throws IOException {
    Times now = read();
    long all = Math.max(1, now.all() - begin.all());
    long others = now.busy() - begin.busy() - (now.ours() - begin.ours());
    return Math.max(0, (double) others / all);
  }

  private Times read() throws IOException {
    String first = Files.readAllLines(Path.of("/proc/stat")).get(0);
    long[] columns =
        Arrays.stream(first.trim().split("\\s+")).skip(1).mapToLong(Long::parseLong).toArray();
    long all = Arrays.stream(columns, 0, COLUMNS).sum();
    long used = 0;
    for (long pid : ours) {
      used += ticks(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }
    return new Times(all, all - columns[IDLE] - columns[WAITING], used);
  }

  /**
   * Returns the number of clock ticks that a process used. The process name in the text may contain
   * any character.
   */
  static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
    return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
  }
}
