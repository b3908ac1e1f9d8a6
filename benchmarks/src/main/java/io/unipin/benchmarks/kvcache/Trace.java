package io.unipin.benchmarks.kvcache;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Page requests in the order of their times. The arrays are not copied.
 *
 * @param users user of each request, numbered from 0
 * @param rows number of tokens of the user's history at each request
 * @param userCount number of users
 */
public record Trace(String name, int[] users, short[] rows, int userCount) {
  /** The maximum number of rows of a history. A longer history is cut to its newest rows. */
  public static final int MAX_ROWS = 256;

  private static final double MEAN_PAGES = 5;
  private static final double MEAN_PAGE_SECONDS = 40;
  private static final int ACTIONS_PER_PAGE = 2;

  /**
   * Simulates sessions over a day.
   *
   * <p>Visitors are drawn by Zipf's law, and the times of sessions uniformly over the day. A
   * session has five pages on average, about 40 s apart, with two actions between two pages. The
   * lengths of histories are log-normal with a median of 40 actions.
   */
  public static Trace sessions(int users, int sessions, double skew, long seed) {
    Random random = new Random(seed);
    double[] popularity = zipf(users, skew);
    int[] lengths = new int[sessions];
    int[] visitors = new int[sessions];
    int requests = 0;
    for (int s = 0; s < sessions; s++) {
      int at = Arrays.binarySearch(popularity, random.nextDouble());
      visitors[s] = Math.min(users - 1, at < 0 ? -at - 1 : at);
      lengths[s] = 1 + (int) (Math.log(1 - random.nextDouble()) / Math.log(1 - 1 / MEAN_PAGES));
      requests += lengths[s];
    }
    // The high bits of an element hold a millisecond of the day, and the low bits hold the user.
    // Sorting the array therefore sorts by time.
    long[] events = new long[requests];
    int next = 0;
    for (int s = 0; s < sessions; s++) {
      double seconds = random.nextDouble() * 86_400;
      for (int page = 0; page < lengths[s]; page++) {
        events[next++] = (long) (seconds * 1000) << 24 | visitors[s];
        seconds -= MEAN_PAGE_SECONDS * Math.log(1 - random.nextDouble());
      }
    }
    Arrays.sort(events);
    int[] actions = new int[users];
    for (int user = 0; user < users; user++) {
      actions[user] = (int) Math.min(5000, Math.exp(Math.log(40) + random.nextGaussian()));
    }
    int[] order = new int[requests];
    Arrays.setAll(order, i -> (int) (events[i] & 0xFFFFFF));
    return of("sessions", order, actions, ACTIONS_PER_PAGE);
  }

  /** Returns the cumulative shares of the sessions, by the rank of the user. */
  private static double[] zipf(int users, double skew) {
    double[] shares = new double[users];
    double sum = 0;
    for (int user = 0; user < users; user++) {
      sum += Math.pow(user + 1.0, -skew);
      shares[user] = sum;
    }
    double total = sum;
    Arrays.setAll(shares, user -> shares[user] / total);
    return shares;
  }

  /**
   * Replays a log's own users and times.
   *
   * <p>A user's actions within {@code pageMs} of the first action of a page count as one page. Each
   * action is a token.
   *
   * @param file a tab-separated, gzipped file with a header
   */
  public static Trace replay(
      String name, Path file, String userColumn, String timeColumn, long pageMs)
      throws IOException {
    Map<String, Integer> ids = new HashMap<>();
    long[][] rows = new long[1 << 16][];
    int count = 0;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16),
                StandardCharsets.UTF_8))) {
      List<String> header = Arrays.asList(in.readLine().split("\t", -1));
      int user = header.indexOf(userColumn);
      int time = header.indexOf(timeColumn);
      if (user < 0 || time < 0) {
        throw new IOException(
            "columns %s and %s expected, got %s".formatted(userColumn, timeColumn, header));
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] fields = line.split("\t", -1);
        rows = count == rows.length ? Arrays.copyOf(rows, 2 * count) : rows;
        int id = ids.computeIfAbsent(fields[user], key -> ids.size());
        rows[count++] = new long[] {Long.parseLong(fields[time]), id};
      }
    }
    long[][] events = Arrays.copyOf(rows, count);
    Arrays.sort(events, (a, b) -> Long.compare(a[0], b[0]));
    return pages(name, events, ids.size(), pageMs);
  }

  private static Trace pages(String name, long[][] events, int userCount, long pageMs) {
    long[] pageBegan = new long[userCount];
    Arrays.fill(pageBegan, Long.MIN_VALUE / 2);
    int[] actions = new int[userCount];
    int[] users = new int[events.length];
    short[] rows = new short[events.length];
    int requests = 0;
    for (long[] event : events) {
      int user = (int) event[1];
      if (event[0] - pageBegan[user] >= pageMs) {
        pageBegan[user] = event[0];
        users[requests] = user;
        rows[requests++] = rows(actions[user]);
      }
      actions[user]++;
    }
    return new Trace(
        name, Arrays.copyOf(users, requests), Arrays.copyOf(rows, requests), userCount);
  }

  private static Trace of(String name, int[] users, int[] actions, int actionsPerPage) {
    short[] rows = new short[users.length];
    for (int i = 0; i < users.length; i++) {
      rows[i] = rows(actions[users[i]]);
      actions[users[i]] += actionsPerPage;
    }
    return new Trace(name, users, rows, actions.length);
  }

  private static short rows(int actions) {
    return (short) (1 + Math.min(actions, MAX_ROWS - 1));
  }

  public int size() {
    return users.length;
  }

  /**
   * Returns (userCount), the number of rows that each user's history has at the end of the trace.
   */
  public int[] lastRows() {
    int[] last = new int[userCount];
    for (int i = 0; i < users.length; i++) {
      last[users[i]] = rows[i];
    }
    return last;
  }

  /**
   * Returns the number of requests of users with an earlier request. In a cache with room for all
   * users, these requests would hit.
   */
  public long repeats() {
    return users.length - Arrays.stream(users).distinct().count();
  }
}
