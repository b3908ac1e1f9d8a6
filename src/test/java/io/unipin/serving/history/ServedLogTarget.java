package io.unipin.serving.history;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.log.ServedChoices;
import io.unipin.serving.log.ServedLogExport;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Reads arbitrary lines of the served log as {@code export} does. The export must leave out a line
 * that is not a valid entry, and continue.
 */
public final class ServedLogTarget implements FuzzTarget {
  private static final String SEGMENT = "served-000000000000001.jsonl";
  private static final String PAGE =
      "{\"view\":\"v1\",\"user\":\"u\",\"timeMs\":1700000000000,\"surface\":\"home\",\"items\":[1,2],"
          + "\"arm\":\"default\",\"bundle\":\"one\",\"index\":\"Flat-1\"}\n";
  private static final String ACTION =
      "{\"user\":\"u\",\"timeMs\":1700000001000,\"surface\":\"home\",\"items\":[1],"
          + "\"actions\":[\"click\"],\"event\":\"e1\"}\n";

  private static final String CORRECTION =
      "{\"user\":\"u\",\"timeMs\":1700000002000,\"surface\":\"home\",\"items\":[2],"
          + "\"actions\":[\"hide\"],\"event\":\"e1\",\"format\":2,\"revision\":3}\n";
  private static final String RETRACTION =
      "{\"user\":\"u\",\"timeMs\":1700000003000,\"surface\":\"\",\"items\":[],"
          + "\"event\":\"e1\",\"format\":2,\"revision\":2,\"retracted\":true}\n";

  private static final String EXPLORED =
      PAGE.replace(
          "\"index\":\"Flat-1\"}",
          "\"index\":\"Flat-1\",\"format\":3,\"draws\":{\"generation\":1,\"propensities\":[1.0,0.5],"
              + "\"explored\":[1],\"options\":[{\"place\":1,\"drawn\":1,\"items\":[1,2],"
              + "\"utilities\":[0.5,0.25],\"impressions\":[-1,3],\"probabilities\":[0.5,0.5]}]}}");

  private final ScratchFolder scratch;
  private final FeedSchema schema =
      new FeedSchema(List.of("click", "hide"), List.of("click"), List.of("home"));
  private final Catalogue catalogue =
      Catalogue.of(
          List.of(
              new CatalogueItem(1, "One", "a", FeedLog.NO_TIME, new float[0]),
              new CatalogueItem(2, "Two", "b", FeedLog.NO_TIME, new float[0])));

  private ServedLogTarget(ScratchFolder scratch) {
    this.scratch = scratch;
  }

  public static FuzzTarget create() throws IOException {
    return new ServedLogTarget(ScratchFolder.create());
  }

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "page", bytes(PAGE),
        "action", bytes(ACTION),
        "visit", bytes(PAGE + ACTION + PAGE + ACTION),
        "explored", bytes(EXPLORED + ACTION),
        "correction", bytes(ACTION + RETRACTION + CORRECTION),
        "noSurface", bytes(PAGE + ACTION.replace("\"surface\":\"home\",", "")),
        "nullItem", bytes(PAGE.replace("[1,2]", "[1,null]") + ACTION.replace("[1]", "[]")),
        "torn", bytes(PAGE + ACTION.substring(0, 40)),
        "empty", bytes("\n\n"));
  }

  private static byte[] bytes(String lines) {
    return lines.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void run(byte[] input) throws IOException {
    scratch.write(SEGMENT, input);
    ServedLogExport.read(scratch.path(), schema, catalogue, Duration.ofHours(1));
    ServedChoices.read(scratch.path(), Duration.ofHours(1), skipped -> {})
        .optionsLog(schema, catalogue);
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
