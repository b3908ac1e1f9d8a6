package io.unipin.serving.impressions;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.disk.OpenFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TopicPagesTest {
  private static final long MAX_BYTES = 1 << 20;
  private static final int PARTITIONS = 3;
  private static final int ITEMS = 50;

  @TempDir Path folder;

  private static ShownPage page(String request, long... items) {
    return new ShownPage("u", request, "home", items);
  }

  private ImpressionCounts open(String name) {
    return open(name, "served");
  }

  private ImpressionCounts open(String name, String topic) {
    return ImpressionCounts.open(folder.resolve(name), MAX_BYTES, topic);
  }

  private static TopicPages topic(ImpressionCounts counts) {
    return counts.topic().orElseThrow();
  }

  private static long[] read(ImpressionCounts counts, long... items) {
    counts.publish();
    return counts.read("home", items).impressions();
  }

  @Test
  void take_pagesOfAllServers_countOnceEach_andOwnPagesDoNot() {
    try (ImpressionCounts counts = open("counts")) {
      TopicPages topic = topic(counts);
      assertThat(topic.begin(PARTITIONS)).isEmpty();
      topic.take(0, 7, page("r1", 1, 2));
      topic.take(1, 0, page("r2", 2));
      topic.take(0, 8, page("r1", 1, 2)); // a repeat of the page before
      topic.take(0, 9, null);
      topic.take(0, 10, page("r1", 3)); // the request is answered again
      counts.served(page("r3", 1)); // does nothing, because the page comes from the topic
      assertThat(read(counts, 1, 2, 3)).containsExactly(0, 1, 1);
      assertThat(topic.begin(PARTITIONS)).isEqualTo(Map.of(0, 11L, 1, 1L));
      assertThat(counts.erase("u")).isFalse();
    }
  }

  @Test
  void take_recordsThatWereDeletedUncounted_returnsTheirNumber() {
    try (ImpressionCounts counts = open("counts")) {
      TopicPages topic = topic(counts);
      topic.begin(1);
      assertThat(topic.take(0, 100, page("r1", 1))).isZero(); // this server's first record
      assertThat(topic.take(0, 105, page("r2", 1))).isEqualTo(4);
      assertThat(read(counts, 1)).containsExactly(2);
    }
    try (ImpressionCounts counts = open("counts")) {
      TopicPages topic = topic(counts);
      assertThat(topic.begin(1)).isEqualTo(Map.of(0, 100L));
      assertThat(topic.take(0, 110, page("r3", 1))).isEqualTo(4); // records 106 to 109 are missing
      assertThat(read(counts, 1)).containsExactly(3);
    }
  }

  @Test
  void take_topicMadeAgain_countsFromItsBeginning() {
    try (ImpressionCounts counts = open("counts")) {
      TopicPages topic = topic(counts);
      topic.take(0, 100, page("r1", 1));
      assertThat(topic.take(0, 0, page("r1", 1))).isZero();
      assertThat(read(counts, 1)).containsExactly(2);
      assertThat(topic.begin(1)).isEqualTo(Map.of(0, 1L));
    }
  }

  @Test
  void publish_recordsWithoutPages_keepsTheGenerationAndMovesTheOffset() {
    long generation;
    try (ImpressionCounts counts = open("counts")) {
      topic(counts).take(0, 0, null);
      generation = counts.read("home", new long[0]).generation();
      counts.publish();
      assertThat(counts.read("home", new long[0]).generation()).isEqualTo(generation);
    }
    try (ImpressionCounts counts = open("counts")) {
      assertThat(topic(counts).begin(1)).isEqualTo(Map.of(0, 1L));
    }
  }

  @Test
  void open_otherSource_countsTheTopicFromItsBeginningAndRaisesTheGeneration() {
    long generation;
    try (ImpressionCounts own = open("counts", "")) {
      own.served(page("r1", 1));
      assertThat(read(own, 1)).containsExactly(1);
      generation = own.read("home", new long[0]).generation();
    }
    for (String name : List.of("served", "other")) {
      try (ImpressionCounts counts = open("counts", name)) {
        assertThat(read(counts, 1)).containsExactly(0);
        assertThat(topic(counts).begin(1)).isEmpty();
        topic(counts).take(0, 0, page("r1", 1));
        assertThat(read(counts, 1)).containsExactly(1);
        assertThat(counts.read("home", new long[0]).generation()).isGreaterThan(generation);
      }
    }
    try (ImpressionCounts own = open("counts", "")) {
      assertThat(read(own, 1)).containsExactly(1);
      assertThat(own.topic()).isEmpty();
    }
    try (ImpressionCounts counts = open("counts", "other")) {
      assertThat(topic(counts).begin(1)).isEmpty();
      assertThat(read(counts, 1)).containsExactly(0);
    }
  }

  /** A record of the topic: its partition, offset and page. */
  private record Entry(int partition, long offset, @Nullable ShownPage page) {}

  /** Makes records. Many of the requests are answered more than once, sometimes much later. */
  private static List<Entry> entries(Random random) {
    List<Entry> entries = new ArrayList<>();
    List<List<String>> requests = new ArrayList<>();
    long[] offsets = new long[PARTITIONS];
    for (int partition = 0; partition < PARTITIONS; partition++) {
      requests.add(new ArrayList<>());
    }
    for (int i = 0; i < 3000; i++) {
      int partition = random.nextInt(PARTITIONS);
      List<String> known = requests.get(partition);
      boolean again = !known.isEmpty() && random.nextInt(4) == 0;
      int back = random.nextInt(Math.max(1, Math.min(known.size(), 500)));
      String request = again ? known.get(known.size() - 1 - back) : "r" + i;
      known.add(request);
      long[] items = random.longs(10, 0, ITEMS).distinct().toArray();
      ShownPage page = random.nextInt(10) == 0 ? null : page(request, items);
      entries.add(new Entry(partition, offsets[partition]++, page));
    }
    return entries;
  }

  /**
   * Simulates killed processes: a copy of the open folder has the files that a killed process
   * leaves.
   */
  @Test
  void kill_atAnyTime_countsAsIfNothingHadHappened() throws IOException {
    long seed = 20_231_107;
    Random random = new Random(seed);
    List<Entry> entries = entries(random);
    int kills = 0;
    ImpressionCounts killed = open("live0");
    try (ImpressionCounts steady = open("steady")) {
      topic(steady).begin(PARTITIONS);
      topic(killed).begin(PARTITIONS);
      for (int i = 0; i < entries.size(); i++) {
        take(steady, entries.get(i));
        take(killed, entries.get(i));
        if (random.nextInt(50) == 0) {
          killed.publish();
        }
        if (random.nextInt(150) == 0) {
          Path live = folder.resolve("live" + kills++);
          OpenFolders.copy(live, folder.resolve("live" + kills));
          killed.close();
          killed = open("live" + kills);
          goOn(killed, entries.subList(0, i + 1));
        }
      }
      long[] all = LongStream.range(0, ITEMS).toArray();
      assertThat(read(killed, all)).as("seed %d", seed).isEqualTo(read(steady, all));
      assertThat(LongStream.of(read(steady, all)).sum()).isGreaterThan(once(entries));
    } finally {
      killed.close();
    }
    assertThat(kills).isGreaterThan(10);
  }

  private static void take(ImpressionCounts counts, Entry entry) {
    assertThat(topic(counts).take(entry.partition(), entry.offset(), entry.page())).isZero();
  }

  /** Counts the records that a server reads again after a restart. */
  private static void goOn(ImpressionCounts counts, List<Entry> entries) {
    Map<Integer, Long> next = topic(counts).begin(PARTITIONS);
    for (Entry entry : entries) {
      if (entry.offset() >= next.getOrDefault(entry.partition(), 0L)) {
        take(counts, entry);
      }
    }
  }

  /** Returns the number of impressions if only the last page of each request counted. */
  private static long once(List<Entry> entries) {
    Set<String> requests = new HashSet<>();
    long impressions = 0;
    for (int i = entries.size() - 1; i >= 0; i--) {
      ShownPage page = entries.get(i).page();
      if (page != null && requests.add(page.request())) {
        impressions += page.items().length;
      }
    }
    return impressions;
  }
}
