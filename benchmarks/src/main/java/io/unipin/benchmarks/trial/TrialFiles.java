package io.unipin.benchmarks.trial;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.infer.DataTable;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;

/**
 * Writes simulated feeds as four files in the shapes that exports of shops, feeds and players have.
 */
final class TrialFiles {
  private static final DateTimeFormatter GERMAN =
      DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;
  private final int users;
  private final int items;

  /**
   * Creates a writer.
   *
   * @param folder folder of the files
   * @param users number of users of each simulated feed
   * @param items number of items of each simulated feed
   */
  TrialFiles(Path folder, int users, int items) {
    this.folder = folder;
    this.users = users;
    this.items = items;
  }

  /** Opens a file for writing, and may compress what is written. */
  interface Opener {
    OutputStream open(Path file) throws IOException;
  }

  List<TrialFile> write() throws IOException {
    return List.of(shop(), orders(), plays(), impressions());
  }

  FeedLog feed(long seed) {
    return FeedSimulator.simulate(SimulatorConfig.of(users, items, seed));
  }

  /** Writes lines with their line ends. */
  static void lines(
      Path file, Opener opener, Charset charset, String end, String head, Iterable<String> lines)
      throws IOException {
    try (BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(opener.open(file), charset))) {
      if (!head.isEmpty()) {
        out.write(head + end);
      }
      for (String line : lines) {
        out.write(line + end);
      }
    }
  }

  static TrialFile file(
      String kind, Path place, Map<String, String> meanings, List<FeedEvent> events) {
    return new TrialFile(
        kind,
        place,
        meanings,
        (int) events.stream().mapToInt(FeedEvent::user).distinct().count(),
        (int) events.stream().mapToInt(FeedEvent::item).distinct().count());
  }

  /**
   * Returns the names of the actions, most frequent first, as the command lists them. If the
   * command does not read all rows before it decides, its list also has an entry for other actions.
   */
  static String named(String column, List<FeedEvent> events, Function<FeedEvent, String> name) {
    Map<String, Long> counts = new LinkedHashMap<>();
    events.forEach(event -> counts.merge(name.apply(event), 1L, Long::sum));
    List<String> names =
        new ArrayList<>(
            counts.entrySet().stream()
                .sorted(
                    Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .filter(action -> !action.equals("impression"))
                .toList());
    if (events.size() >= DataTable.HEAD_ROWS) {
      names.add("other");
    }
    return column + ": " + names;
  }

  /** The log of a web shop: commas, CRLF, milliseconds, and a column that most rows leave empty. */
  private TrialFile shop() throws IOException {
    List<FeedEvent> events = FeedEvent.actions(feed(21));
    Function<FeedEvent, String> action =
        event ->
            (event.bits() & FeedEvent.SAVE) == 0
                ? "view"
                : event.draw(3) == 0 ? "transaction" : "addtocart";
    Path file = folder.resolve("events.csv");
    List<String> lines =
        events.stream()
            .map(
                event ->
                    event.timeMs()
                        + ","
                        + (100_000 + event.user())
                        + ","
                        + action.apply(event)
                        + ","
                        + (40_000 + event.item())
                        + ","
                        + (action.apply(event).equals("transaction") ? event.draw(17_000) : ""))
            .toList();
    String head = "timestamp,visitorid,event,itemid,transactionid";
    lines(file, Files::newOutputStream, StandardCharsets.UTF_8, "\r\n", head, lines);
    Map<String, String> meanings =
        Map.of(
            "user", "visitorid",
            "item", "itemid",
            "time", "timestamp: milliseconds since 1970",
            "action", named("event", events, action));
    return file("commas, CRLF, milliseconds", file, meanings, events);
  }

  /** A German shop's orders: semicolons, Latin-1, zstd, decimal commas and dotted dates. */
  private TrialFile orders() throws IOException {
    FeedLog log = feed(22);
    Catalogue catalogue = log.catalogue();
    List<FeedEvent> events = FeedEvent.actions(log);
    Path file = folder.resolve("bestellungen.csv.zst");
    List<String> lines =
        events.stream()
            .map(
                event ->
                    String.join(
                        ";",
                        "B" + event.draw(900_000),
                        FeedEvent.padded("K", event.user()),
                        GERMAN.format(Instant.ofEpochMilli(event.timeMs())),
                        FeedEvent.padded("00", event.item()),
                        "\"Größe \"\"M\"\"; " + catalogue.title(event.item()) + "\"",
                        catalogue.category(event.item()),
                        String.valueOf(1 + event.draw(3)),
                        event.draw(90) + ",99"))
            .toList();
    lines(
        file,
        path -> new ZstdCompressorOutputStream(Files.newOutputStream(path)),
        StandardCharsets.ISO_8859_1,
        "\n",
        "Bestellnummer;Kundennummer;Bestelldatum;Artikelnummer;Artikelbezeichnung;Warengruppe;Menge;Stückpreis",
        lines);
    Map<String, String> meanings =
        Map.of(
            "user", "Kundennummer",
            "item", "Artikelnummer",
            "time", "Bestelldatum: day.month.year",
            "action", "every row: [purchase]",
            "title", "Artikelbezeichnung",
            "category", "Warengruppe");
    return file("semicolons, Latin-1, zstd, dotted dates", file, meanings, events);
  }

  /** A player's log: a folder of Parquet by month, with UUIDs as users. */
  private TrialFile plays() throws IOException {
    FeedLog log = feed(23);
    List<FeedEvent> events = FeedEvent.actions(log);
    Path place = folder.resolve("plays");
    new ParquetFolder(place).write(events, log.catalogue());
    Map<String, String> meanings =
        Map.of(
            "user", "listener",
            "item", "track",
            "time", "played_at: ISO 8601",
            "action", "every row: [interaction]",
            "category", "genre");
    return file("Parquet in folders by month, UUIDs", place, meanings, events);
  }

  /** A feed's log: vertical bars, bzip2, microseconds, and shown items beside actions. */
  private TrialFile impressions() throws IOException {
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(users / 2, items, 24));
    List<FeedEvent> events = FeedEvent.shown(log);
    Function<FeedEvent, String> action =
        event ->
            event.bits() == 0
                ? "impression"
                : event.bits() == FeedEvent.CLICK
                    ? "click"
                    : event.bits() == FeedEvent.SAVE ? "save" : "hide";
    Path file = folder.resolve("feed.log.bz2");
    List<String> lines =
        events.stream()
            .map(
                event ->
                    String.format(
                        Locale.ROOT,
                        "req-%d|%s|a%d|%d|%s|%d",
                        event.slate(),
                        event.uuid(),
                        event.item(),
                        event.position() + 1,
                        action.apply(event),
                        event.timeMs() * 1000 + event.draw(1000)))
            .toList();
    lines(
        file,
        path -> new BZip2CompressorOutputStream(Files.newOutputStream(path)),
        StandardCharsets.UTF_8,
        "\n",
        "request_id|member|article_id|position|event_type|event_time",
        lines);
    Map<String, String> meanings =
        Map.of(
            "user", "member",
            "item", "article_id",
            "slate", "request_id",
            "position", "position",
            "time", "event_time: microseconds since 1970",
            "action", named("event_type", events, action));
    return file("vertical bars, bzip2, microseconds, shown items", file, meanings, events);
  }
}
