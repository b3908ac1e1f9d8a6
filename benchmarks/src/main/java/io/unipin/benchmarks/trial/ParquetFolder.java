package io.unipin.benchmarks.trial;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Writes events as Parquet files in one folder for each month. */
record ParquetFolder(Path place) {
  void write(List<FeedEvent> events, Catalogue catalogue) throws IOException {
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      Path text = spill.path().resolve("plays.csv");
      TrialFiles.lines(
          text,
          Files::newOutputStream,
          StandardCharsets.UTF_8,
          "\n",
          "played_at,listener,track,genre,seconds_played,month",
          events.stream().map(event -> line(event, catalogue)).toList());
      session.execute(
          "COPY (SELECT played_at::TIMESTAMP AS played_at, listener, track, genre, seconds_played, month"
              + " FROM read_csv(%s, header = true)) TO %s (FORMAT parquet, PARTITION_BY (month))"
                  .formatted(
                      DuckSession.literal(text.toString()), DuckSession.literal(place.toString())));
    } catch (SQLException e) {
      throw new IOException("Parquet can't be written: " + DuckSession.reason(e), e);
    }
  }

  private static String line(FeedEvent event, Catalogue catalogue) {
    Instant time = Instant.ofEpochMilli(event.timeMs());
    return String.join(
        ",",
        time.toString(),
        event.uuid(),
        FeedEvent.padded("tr_", event.item()),
        catalogue.category(event.item()),
        String.valueOf(30 + event.draw(400)),
        "m" + time.toString().substring(0, "2024-01".length()));
  }
}
