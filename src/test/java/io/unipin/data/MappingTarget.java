package io.unipin.data;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.imports.Importer;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Imports a folder of small files with arbitrary mappings. A mapping may come from an untrusted
 * source.
 */
public final class MappingTarget implements FuzzTarget {
  private static final String CLICKS = "user,item,at\nu1,1,1700000000000\nu2,2,1700000001000\n";
  private static final String ITEMS = "item_id,title\n1,One\n2,Two\n";
  private static final String HEAD =
      """
      version: 1
      schema:
        actions: [click]
        positives: [click]
        surfaces: [home]
      """;
  private static final String SOURCES =
      """
      sources:
        clicks: {file: clicks.csv, types: {item: BIGINT, at: BIGINT}}
        items: {file: items.csv, types: {item_id: BIGINT}}
      """;
  private static final String TABLES =
      """
      actions:
        from: clicks
        columns: {user_id: user, item_id: item, time_ms: at, actions: "['click']"}
      items:
        sql: SELECT item_id, title FROM items
      """;

  private final ScratchFolder scratch;
  private final Path source;

  private MappingTarget(ScratchFolder scratch, Path source) {
    this.scratch = scratch;
    this.source = source;
  }

  public static FuzzTarget create() throws IOException {
    ScratchFolder scratch = ScratchFolder.create();
    scratch.write("source/clicks.csv", CLICKS.getBytes(StandardCharsets.UTF_8));
    scratch.write("source/items.csv", ITEMS.getBytes(StandardCharsets.UTF_8));
    return new MappingTarget(scratch, scratch.path().resolve("source"));
  }

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "whole", bytes(HEAD + SOURCES + TABLES),
        "no-tables", bytes(HEAD + SOURCES),
        "no-sources", bytes(HEAD + TABLES),
        "no-file", bytes(HEAD + SOURCES.replace("items.csv", "none.csv") + TABLES),
        "outside", bytes(HEAD + SOURCES.replace("items.csv", "../../etc/hosts") + TABLES),
        "unknown-key", bytes(HEAD + "sorces: {}\n" + SOURCES + TABLES),
        "wrong-type", bytes(HEAD + SOURCES.replace("BIGINT", "BIGNIT") + TABLES),
        "wrong-sql", bytes(HEAD + SOURCES + TABLES.replace("SELECT", "SELCT")));
  }

  private static byte[] bytes(String yaml) {
    return yaml.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void run(byte[] input) throws IOException {
    Path mapping = scratch.write("import.yaml", input);
    try {
      Importer.run(mapping, source, scratch.path().resolve("out"), 1);
    } catch (FeedLogException e) {
      // The importer refuses the mapping.
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
