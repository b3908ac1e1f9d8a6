package io.unipin.benchmarks.trial;

import io.unipin.feedlog.FeedLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Writes two files in the shapes in which public data sets are published. Takes the rows of these
 * data sets if they are on the machine, and simulated rows otherwise.
 *
 * @param data folder of the public data sets
 * @param folder folder of the files
 * @param simulated whether to take simulated rows in any case
 */
record RealFiles(Path data, Path folder, TrialFiles simulator, boolean simulated) {
  List<TrialFile> write() throws IOException {
    return List.of(ratings(), reviews());
  }

  /** Ratings without a header, separated by tabs, in no order, as in MovieLens-100K. */
  private TrialFile ratings() throws IOException {
    Path source = data.resolve("ml-100k/interactions.tsv.gz");
    boolean real = !simulated && Files.exists(source);
    List<String> lines = new ArrayList<>(real ? read(source) : simulatedRatings());
    Collections.shuffle(lines, new Random(5));
    Path file = folder.resolve("u.data");
    TrialFiles.lines(file, Files::newOutputStream, StandardCharsets.UTF_8, "\n", "", lines);
    return new TrialFile(
        "tabs, no header, seconds" + (real ? "; MovieLens-100K" : ""),
        file,
        Map.of(
            "user", "c1",
            "item", "c2",
            "time", "c4: seconds since 1970",
            "action", "c3: [rate, like, dislike]"),
        distinct(lines, 0),
        distinct(lines, 1));
  }

  private List<String> simulatedRatings() {
    FeedLog log = simulator.feed(25);
    return FeedEvent.actions(log).stream()
        .map(
            event ->
                String.format(
                    Locale.ROOT,
                    "%d\t%d\t%d\t%d",
                    event.user() + 1,
                    event.item() + 1,
                    (event.bits() & FeedEvent.SAVE) != 0 ? 5 : 2 + event.draw(3),
                    event.timeMs() / 1000))
        .toList();
  }

  private static int distinct(List<String> lines, int column) {
    Set<String> values = new HashSet<>();
    lines.forEach(line -> values.add(line.split("\t", -1)[column]));
    return values.size();
  }

  /** Reviews as JSON lines in gzip, as in Amazon's data set. */
  private TrialFile reviews() throws IOException {
    Path source = data.resolve("amazon-beauty/sequences.tsv.gz");
    boolean real = !simulated && Files.exists(source);
    List<long[]> rows = real ? reviews(source) : simulatedReviews();
    rows.sort((a, b) -> Long.compare(a[2], b[2]));
    List<String> lines =
        rows.stream()
            .map(
                row ->
                    String.format(
                        Locale.ROOT,
                        """
                    {"title": "Nice, %1$d", "text": "I like \\"it\\" [%3$d]", "images": [], "asin": "B0V%2$07d", \
                    "parent_asin": "B0P%2$07d", "user_id": "AGK%1$08d", "timestamp": %3$d, \
                    "helpful_vote": %4$d, "verified_purchase": true}\
                    """,
                        row[0],
                        row[1],
                        row[2],
                        (row[0] + row[1]) % 4))
            .toList();
    Path file = folder.resolve("reviews.jsonl.gz");
    TrialFiles.lines(
        file,
        path -> new GZIPOutputStream(Files.newOutputStream(path)),
        StandardCharsets.UTF_8,
        "\n",
        "",
        lines);
    return new TrialFile(
        "JSON lines, gzip, variants of products" + (real ? "; Amazon Beauty" : ""),
        file,
        Map.of(
            "user", "user_id",
            "item", "parent_asin",
            "time", "timestamp: milliseconds since 1970",
            "action", "every row: [purchase]"),
        (int) rows.stream().mapToLong(row -> row[0]).distinct().count(),
        (int) rows.stream().mapToLong(row -> row[1]).distinct().count());
  }

  /** Returns rows of user, item and milliseconds. */
  private static List<long[]> reviews(Path source) throws IOException {
    List<long[]> rows = new ArrayList<>();
    for (String line : read(source)) {
      String[] cells = line.split("\t", -1);
      long[] items = numbers(cells[1]);
      long[] seconds = numbers(cells[2]);
      for (int at = 0; at < items.length; at++) {
        // The data set states days only. The row number keeps the order within a day.
        rows.add(new long[] {Long.parseLong(cells[0]), items[at], seconds[at] * 1000 + at});
      }
    }
    return rows;
  }

  private static long[] numbers(String list) {
    return Arrays.stream(list.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  private List<long[]> simulatedReviews() {
    List<long[]> rows = new ArrayList<>();
    for (FeedEvent event : FeedEvent.actions(simulator.feed(26))) {
      rows.add(new long[] {event.user(), event.item(), event.timeMs()});
    }
    return rows;
  }

  /** Returns the lines of a file of the data sets, without its header. */
  private static List<String> read(Path file) throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return in.lines().skip(1).toList();
    }
  }
}
