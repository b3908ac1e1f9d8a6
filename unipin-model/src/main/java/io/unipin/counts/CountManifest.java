package io.unipin.counts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * The description of tables of counts, the file {@code manifest.json}. Immutable.
 *
 * @param version version of the format of the tables. Tables of version 1 lack the counts of the
 *     users' own actions; otherwise both versions are the same.
 * @param until end of what was counted, ISO-8601, UTC
 * @param catalogue checksum of the ids of the catalogue's items
 * @param windows names of the windows, longest first
 * @param bytes size of {@code tables.bin}
 * @param sha256 SHA-256 of {@code tables.bin}
 */
record CountManifest(
    int version,
    String until,
    String catalogue,
    int items,
    int categories,
    int authors,
    List<String> actions,
    List<String> surfaces,
    List<String> windows,
    boolean before,
    long bytes,
    String sha256) {
  /** Name of the file in a folder of counts. */
  static final String NAME = "manifest.json";

  /** Version of tables without {@link CountLayout#own}. */
  static final int WITHOUT_OWN = 1;

  static final int VERSION = 2;

  /** Largest size of {@code tables.bin}. */
  static final long MOST_BYTES = 2L << 30;

  private static final int SHOWN_DIGITS = 12;
  private static final ObjectMapper JSON = StrictJson.MAPPER;

  CountManifest {
    actions = List.copyOf(actions);
    surfaces = List.copyOf(surfaces);
    windows = List.copyOf(windows);
  }

  static CountManifest of(CountData data, long bytes, String sha256) {
    CountLayout layout = data.layout();
    return new CountManifest(
        layout.own() ? VERSION : WITHOUT_OWN,
        Instant.ofEpochMilli(data.untilMs()).toString(),
        layout.catalogue(),
        layout.items(),
        layout.categories(),
        layout.authors(),
        layout.actions(),
        layout.surfaces(),
        layout.windows().stream().map(CountWindow::text).toList(),
        layout.before(),
        bytes,
        sha256);
  }

  /**
   * Parses a manifest and checks every value.
   *
   * @throws CountsException if it is broken, or its version is unknown
   */
  static CountManifest parse(byte[] json) {
    CountManifest manifest = StrictJson.read(NAME, json, WITHOUT_OWN, VERSION, CountManifest.class);
    if (manifest.bytes < 0 || manifest.bytes > MOST_BYTES) {
      throw new CountsException(
          "%s: bytes: 0 to %s expected, got %s".formatted(NAME, MOST_BYTES, manifest.bytes));
    }
    return manifest;
  }

  CountLayout layout() {
    return new CountLayout(
        catalogue,
        items,
        categories,
        authors,
        actions,
        surfaces,
        windows.stream().map(CountManifest::window).toList(),
        before,
        version != WITHOUT_OWN);
  }

  private static CountWindow window(String text) {
    for (CountWindow window : CountWindow.values()) {
      if (window.text().equals(text)) {
        return window;
      }
    }
    throw new CountsException("%s: a window expected, got %s".formatted(NAME, text));
  }

  long untilMs() {
    try {
      return Instant.parse(until).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new CountsException("%s: until: an instant expected, got %s".formatted(NAME, until), e);
    }
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a text that identifies these counts. */
  String generation() {
    String text = new String(toJson(), StandardCharsets.UTF_8);
    return until + "-" + Checksum.of(text).substring(0, SHOWN_DIGITS);
  }
}
