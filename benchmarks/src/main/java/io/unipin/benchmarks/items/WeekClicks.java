package io.unipin.benchmarks.items;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.check.OutputFile;
import io.unipin.feedlog.simulator.LiveFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The clicks of each user in one play of a week, and the number of all pages. Not thread-safe. */
final class WeekClicks {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final long DAY_MS = 24L * 3600 * 1000;

  private final Map<String, long[]> users;
  private long pages;

  /**
   * The form of the file.
   *
   * @param pages number of pages
   * @param users by user, the clicks on all items and the clicks on items younger than a day
   */
  private record Kept(long pages, Map<String, long[]> users) {}

  WeekClicks() {
    this(new Kept(0, Map.of()));
  }

  private WeekClicks(Kept kept) {
    pages = kept.pages();
    users = new HashMap<>(kept.users());
  }

  /** Reads the clicks that {@link #write} wrote. Empty if there is no such file. */
  static Optional<WeekClicks> read(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? Optional.of(new WeekClicks(JSON.readValue(file.toFile(), Kept.class)))
        : Optional.empty();
  }

  /** Writes the clicks to a file, completely or not at all. */
  void write(Path file) throws IOException {
    OutputFile.write(file, JSON.writeValueAsString(new Kept(pages, users)));
  }

  /**
   * Adds a page.
   *
   * @param created by item, when it appeared
   */
  void add(LiveFeed.Visit visit, List<LiveFeed.Reaction> reactions, Map<Long, Long> created) {
    long[] sums = users.computeIfAbsent(visit.user(), user -> new long[2]);
    pages++;
    for (LiveFeed.Reaction reaction : reactions) {
      if (reaction.actions().contains(LiveFeed.actions().get(0))) {
        long age = visit.timeMs() - Objects.requireNonNull(created.get(reaction.item()));
        sums[0]++;
        sums[1] += age < DAY_MS ? 1 : 0;
      }
    }
  }

  long pages() {
    return pages;
  }

  /** Returns the clicks of all users on all items. */
  long all() {
    return users.values().stream().mapToLong(sums -> sums[0]).sum();
  }

  /** Returns the clicks of all users on items younger than a day. */
  long young() {
    return users.values().stream().mapToLong(sums -> sums[1]).sum();
  }

  /**
   * Adds, for each user, the clicks beyond those of another play and the clicks of the other play.
   *
   * @param all receives these two numbers for all items
   * @param young receives these two numbers for items younger than a day
   */
  void compare(WeekClicks other, List<double[]> all, List<double[]> young) {
    users.forEach(
        (user, clicks) -> {
          long[] before = other.users.getOrDefault(user, new long[2]);
          all.add(new double[] {clicks[0] - before[0], before[0]});
          young.add(new double[] {clicks[1] - before[1], before[1]});
        });
  }
}
