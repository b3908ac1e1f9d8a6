package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.imports.ImportReport;
import io.unipin.feedlog.imports.Importer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports small files in the form in which public data sets are published. */
final class PublishedShapesTest {
  @TempDir Path folder;

  private void write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private FeedLog imported(String recipe) {
    Path out = folder.resolve("log");
    ImportReport report = Importer.run(RealData.recipe(recipe), folder, out, 0);
    assertThat(report.leftOut()).isEmpty();
    return FeedLogReader.read(out, 0);
  }

  private static String key(FeedLog log, int row) {
    return log.catalogue().key(row);
  }

  @Test
  void mind_hasAFeedviewPerRowAndEarlierClicks() throws IOException {
    write(
        "MINDsmall_train/behaviors.tsv",
        "1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782\tN55689-1 N35729-0",
        "2\tU91836\t11/12/2019 6:11:30 PM\t\tN42782-0 N55189-1 N35729-1");
    write(
        "MINDsmall_dev/behaviors.tsv",
        "1\tU13740\t11/15/2019 12:00:01 AM\tN55189 N42782\tN35729-1",
        "2\tU91836\t11/15/2019 8:11:30 AM\tN55189\tN35729 N42782");
    String tail = "\tShop the \"notebooks\".\thttps://assets.msn.com/labs/mind/A.html\t[]\t[]";
    write(
        "MINDsmall_train/news.tsv",
        "N55189\ttv\ttvnews\tThe \"Brands\" Queen Elizabeth Swears By" + tail,
        "N42782\tsports\tfootball_nfl\tRams" + tail,
        "N55689\tsports\tfootball_nfl\tCharles Rogers" + tail);
    write(
        "MINDsmall_dev/news.tsv",
        "N35729\tlifestyle\tlifestyleroyals\tPorsche" + tail,
        "N55189\ttv\ttvnews\tThe \"Brands\" Queen Elizabeth Swears By" + tail);
    FeedLog log = imported("mind");
    assertThat(log.users()).isEqualTo(2);
    assertThat(log.catalogue().size()).isEqualTo(4);
    assertThat(log.views()).isEqualTo(3);
    assertThat(log.impressions()).isEqualTo(6);
    assertThat(log.actions()).isEqualTo(6);
    int first = log.actionStart(log.userRow("U13740"));
    assertThat(key(log, log.actionItems()[first])).isEqualTo("N55189");
    assertThat(key(log, log.actionItems()[first + 1])).isEqualTo("N42782");
    assertThat(log.schema().surfaces().get(log.actionSurfaces()[first])).isEqualTo("earlier");
    assertThat(key(log, log.actionItems()[first + 2])).isEqualTo("N55689");
    assertThat(Instant.ofEpochMilli(log.actionTimes()[first + 2]))
        .hasToString("2019-11-11T09:05:58Z");
    assertThat(Instant.ofEpochMilli(log.actionTimes()[first + 3]))
        .hasToString("2019-11-15T00:00:01Z");
    int row = log.catalogue().row(ItemKeys.id("N42782"));
    assertThat(log.catalogue().attributes(row)).containsExactlyInAnyOrder("sports", "football_nfl");
  }

  @Test
  void retailRocket_hasAnActionPerEventAndTheNewestCategory() throws IOException {
    write(
        "events.csv",
        "timestamp,visitorid,event,itemid,transactionid",
        "1433221332117,257597,view,355908,",
        "1433221348945,257597,addtocart,355908,",
        "1433221999827,257597,transaction,355908,4000",
        "1433221955914,111016,view,318965,");
    write(
        "item_properties_part1.csv",
        "timestamp,itemid,property,value",
        "1433041200000,355908,categoryid,1338",
        "1433041200000,355908,888,1116713 960601 n277.200",
        "1433041200000,460429,categoryid,1114");
    write(
        "item_properties_part2.csv",
        "timestamp,itemid,property,value",
        "1435460400000,355908,categoryid,209",
        "1433041200000,318965,available,0");
    write("category_tree.csv", "categoryid,parentid", "1016,213");
    FeedLog log = imported("retailrocket");
    assertThat(log.users()).isEqualTo(2);
    assertThat(log.actions()).isEqualTo(4);
    assertThat(log.views()).isZero();
    assertThat(log.catalogue().size()).isEqualTo(2);
    int first = log.actionStart(log.userRow("257597"));
    assertThat(log.actionBits()).contains(1, 2, 4);
    assertThat(log.actionBits()[first + 2]).isEqualTo(4);
    assertThat(log.actionTimes()[first]).isEqualTo(1433221332117L);
    assertThat(log.catalogue().category(log.catalogue().row(355908))).isEqualTo("category 209");
    assertThat(log.catalogue().category(log.catalogue().row(318965))).isEmpty();
  }

  private static String review(int rating, String asin, String parent, String user, long time) {
    return """
    {"rating": %s.0, "title": "Nice \\"one\\"", "text": "Good\\nscent", "images": [{"small_image_url": "https://x"}], \
    "asin": "%s", "parent_asin": "%s", "user_id": "%s", "timestamp": %s, "helpful_vote": 0, "verified_purchase": true}\
    """
        .formatted(rating, asin, parent, user, time);
  }

  @Test
  void amazon2023_joinsVariantsAndReadsProducts() throws IOException {
    write(
        "All_Beauty.jsonl",
        review(5, "B00YQ6X8EO", "B00YQ6X8EO", "AGKHLEW2SOWHNMFQIJGBECAF7INQ", 1588687728923L),
        review(2, "B07PNNCSP9", "B097R46CSY", "AGKHLEW2SOWHNMFQIJGBECAF7INQ", 1589665266052L),
        review(1, "B07PNNCSP8", "B097R46CSY", "AGKHLEW2SOWHNMFQIJGBECAF7INQ", 1589665266052L),
        review(3, "B09JS339BZ", "B09JS339BZ", "AE74DYR3QUGVPZJ3P7RFWBGIX7XQ", 1643393630220L));
    String product =
        """
        {"main_category": "All Beauty", "title": "%s", "average_rating": 4.8, "rating_number": 10, "features": [], \
        "description": ["Soft"], "price": null, "images": [], "videos": [], "store": %s, "categories": [%s], \
        "details": {"Package Dimensions": "7.1 x 5.5"}, "parent_asin": "%s", "bought_together": null}\
        """;
    write(
        "meta_All_Beauty.jsonl",
        product.formatted("Spray", "\"Herbivore\"", "\"Beauty\", \"Hair\"", "B00YQ6X8EO"),
        product.formatted("Mask", "null", "", "B097R46CSY"),
        product.formatted("Unsold", "\"Yes\"", "", "B000000001"));
    FeedLog log = imported("amazon-2023");
    assertThat(log.users()).isEqualTo(2);
    assertThat(log.actions()).isEqualTo(3);
    assertThat(log.views()).isEqualTo(3);
    assertThat(log.catalogue().size()).isEqualTo(4);
    int first = log.actionStart(log.userRow("AGKHLEW2SOWHNMFQIJGBECAF7INQ"));
    assertThat(log.actionBits()[first]).isEqualTo(1 | 2);
    assertThat(log.actionBits()[first + 1]).isEqualTo(1 | 4);
    assertThat(log.actionTimes()[first]).isEqualTo(1588687728923L);
    int spray = log.catalogue().row(ItemKeys.id("B00YQ6X8EO"));
    assertThat(log.catalogue().title(spray)).isEqualTo("Spray");
    assertThat(log.catalogue().category(spray)).isEqualTo("Hair");
    assertThat(log.catalogue().attributes(spray))
        .containsExactlyInAnyOrder("Beauty", "Hair", "Herbivore");
    int mask = log.catalogue().row(ItemKeys.id("B097R46CSY"));
    assertThat(log.catalogue().category(mask)).isEqualTo("All Beauty");
    assertThat(log.catalogue().title(log.catalogue().row(ItemKeys.id("B09JS339BZ")))).isEmpty();
  }

  private static String event(String name, String query, String time, String attributes) {
    return """
    {"application":"shop","action_name":"%s","client_id":"c-17","query_id":"%s","session_id":"s-1","timestamp":%s,\
    "message_type":"CLICK","message":"seen","event_attributes":%s}\
    """
        .formatted(name, query, time, attributes);
  }

  private static String object(String id, int ordinal) {
    return """
    {"object":{"object_id":"%s","object_id_field":"product_id","name":"Lamp %s"},"position":{"ordinal":%s}}\
    """
        .formatted(id, id, ordinal);
  }

  @Test
  void ubi_hasAFeedviewPerQuery() throws IOException {
    write(
        "ubi_events.json",
        event("search", "q-1", "\"2024-05-01T10:00:00.000Z\"", "{\"browser\":\"Firefox\"}"),
        event("impression", "q-1", "\"2024-05-01T10:00:01.000Z\"", object("sku3", 1)),
        event("impression", "q-1", "\"2024-05-01T10:00:01.500Z\"", object("sku1", 2)),
        event("impression", "q-1", "\"2024-05-01T10:00:01.700Z\"", object("sku2", 3)),
        event("item_click", "q-1", "\"2024-05-01T10:00:09.000Z\"", object("sku1", 2)),
        event("add_to_cart", "q-1", "1714557620000", object("sku1", 2)),
        event("impression", "q-2", "1714561220000", object("sku3", 1)));
    FeedLog log = imported("ubi");
    assertThat(log.users()).isEqualTo(1);
    assertThat(log.actions()).isEqualTo(2);
    assertThat(log.views()).isEqualTo(2);
    assertThat(log.impressions()).isEqualTo(4);
    assertThat(log.catalogue().size()).isEqualTo(3);
    assertThat(log.actionBits()).containsExactly(1, 2);
    assertThat(log.actionTimes()).containsExactly(1714557609000L, 1714557620000L);
    assertThat(log.impressionBits()).containsExactly(0, 1 | 2, 0, 0);
    assertThat(key(log, log.impressionItems()[0])).isEqualTo("sku3");
    assertThat(log.catalogue().title(log.impressionItems()[1])).isEqualTo("Lamp sku1");
  }
}
