package io.unipin.feedlog.infer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.infer.profile.TimeFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;

/** Infers files of the shapes in which data is published, and imports them by the mapping. */
final class DataFilesTest extends DataFilesFixture {
  @Test
  void of_movielens_reads_ratings_and_movies() throws IOException {
    write(
        "ratings.csv",
        "userId,movieId,rating,timestamp\n"
            + lines(
                v ->
                    v.user()
                        + ","
                        + v.item()
                        + ","
                        + (1 + v.draw(9)) / 2.0
                        + ","
                        + v.timeMs() / 1000));
    StringBuilder movies = new StringBuilder("movieId,title,genres\n");
    for (int i = 1; i <= 60; i++) {
      movies
          .append(i)
          .append(",\"Film, the ")
          .append(i)
          .append(" (1995)\",")
          .append(i % 2 == 0 ? "Action|Drama\n" : "Drama\n");
    }
    write("movies.csv", movies.toString());
    write("README.txt", "read me");
    Inferred inferred = infer(folder);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("userId");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("movieId");
    assertThat(inferred.action().kind()).isEqualTo(ActionColumn.Kind.RATED);
    assertThat(inferred.itemRoles()).containsKeys(Role.TITLE, Role.CATEGORY);
    FeedLog log = imported(folder);
    assertThat(log.users()).isEqualTo((int) USERS);
    assertThat(log.actions()).isEqualTo(VISITS.size());
    int row = log.catalogue().row(VISITS.get(0).item());
    assertThat(log.catalogue().title(row)).startsWith("Film, the ");
    assertThat(log.catalogue().category(row)).isIn("Action", "Drama");
  }

  @Test
  void of_ratings_without_header_tells_users_by_their_visits() throws IOException {
    Path file =
        write(
            "u.data",
            lines(
                v ->
                    String.join(
                        "\t",
                        "" + (500 + v.item()),
                        "" + v.user(),
                        "" + (1 + v.draw(5)),
                        "" + v.timeMs() / 1000)));
    Inferred inferred = infer(file);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("c2");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("c1");
    assertThat(inferred.action().kind()).isEqualTo(ActionColumn.Kind.RATED);
    assertThat(imported(file).users()).isEqualTo((int) USERS);
  }

  @Test
  void of_behaviours_without_header_leaves_categories_out() throws IOException {
    List<String> actions = List.of("pv", "buy", "cart", "fav");
    Path file =
        write(
            "UserBehavior.csv",
            lines(
                v ->
                    String.join(
                        ",",
                        "" + v.user(),
                        "" + (1000 + v.item()),
                        "" + (70 + v.item() % 25),
                        actions.get(v.draw(4)),
                        "" + v.timeMs() / 1000)));
    Inferred inferred = infer(file);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("c1");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("c2");
    assertThat(inferred.action().positives()).containsExactlyInAnyOrderElementsOf(actions);
  }

  @Test
  void of_titles_without_header_takes_them_for_items() throws IOException {
    Path file =
        write(
            "steam.csv",
            lines(
                v -> (151_603_000 + v.user()) + ",\"Part " + v.item() + " of a game\",play,1.5,0"));
    Inferred inferred = infer(file);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("c1");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("c2");
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_retailrocket_reads_events_and_leaves_properties_out() throws IOException {
    write(
        "events.csv",
        "timestamp,visitorid,event,itemid,transactionid\n"
            + lines(
                v -> {
                  String event =
                      v.draw(9) == 0 ? "transaction" : v.draw(4) == 0 ? "addtocart" : "view";
                  String id = event.equals("transaction") ? "" + v.visit() : "";
                  return v.timeMs() + "," + v.user() + "," + event + "," + v.item() + "," + id;
                }));
    StringBuilder properties = new StringBuilder("timestamp,itemid,property,value\n");
    for (int i = 0; i < 900; i++) {
      properties
          .append(1433041200000L + i)
          .append(',')
          .append(i % 60)
          .append(",790,n1")
          .append(i)
          .append(".000\n");
    }
    write("item_properties_part1.csv", properties.toString());
    write("item_properties_part2.csv", properties.toString());
    write("category_tree.csv", "categoryid,parentid\n1016,213\n809,169\n570,9\n");
    Inferred inferred = infer(folder);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("visitorid");
    assertThat(inferred.action().positives()).contains("view", "addtocart", "transaction");
    requireAll(imported(folder));
  }

  @Test
  void of_mind_reads_lists_of_news() throws IOException {
    DateTimeFormatter american =
        DateTimeFormatter.ofPattern("M/d/yyyy h:mm:ss a", Locale.US).withZone(ZoneOffset.UTC);
    write(
        "behaviors.tsv",
        lines(
            v ->
                String.join(
                    "\t",
                    "" + (v.timeMs() % 1_000_000_007L * 10 + v.place()),
                    "U" + v.user(),
                    american.format(v.time()),
                    "N" + (1 + v.user() % 20) + " N" + (2 + v.user() % 30),
                    "N"
                        + v.item()
                        + "-1 N"
                        + (100 + v.draw(9))
                        + "-0 N"
                        + (200 + v.draw(7))
                        + "-0")));
    StringBuilder news = new StringBuilder();
    for (int i = 1; i <= 210; i++) {
      news.append("N")
          .append(i)
          .append("\tlifestyle\troyals\t\"Brands\" the Queen swears by ")
          .append(i)
          .append("\tShop the notebooks and jackets of number ")
          .append(i)
          .append("\thttps://example.org/")
          .append(i)
          .append("\t[]\t[]\n");
    }
    write("news.tsv", news.toString());
    write("entity_embedding.vec", "Q1\t0.1\t0.2\n");
    Inferred inferred = infer(folder);
    assertThat(inferred.shape()).isEqualTo(Inferred.Shape.LABELLED_LISTS);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("c2");
    assertThat(inferred.itemRoles())
        .containsOnlyKeys(Role.ITEM, Role.TITLE, Role.CATEGORY, Role.TEXT);
    FeedLog log = imported(folder);
    assertThat(log.users()).isEqualTo((int) USERS);
    assertThat(log.views()).isEqualTo(VISITS.size());
    assertThat(log.impressions()).isEqualTo(3 * VISITS.size());
    assertThat(log.actions()).isEqualTo(VISITS.size() + 2 * (int) USERS);
    assertThat(log.catalogue().title(log.actionItems()[0])).contains("the Queen swears by");
  }

  @Test
  void of_amazon_reads_reviews_and_titles_of_products() throws IOException {
    write(
        "All_Beauty.jsonl",
        lines(
            v ->
                """
                {"rating": %d.0, "title": "Nice %d", "text": "I like it a lot, really %d", "images": [], \
                "asin": "B00V%04d", "parent_asin": "B00P%04d", "user_id": "AGK%05d", "timestamp": %d, \
                "helpful_vote": %d, "verified_purchase": true}\
                """
                    .formatted(
                        1 + v.draw(5),
                        v.draw(999),
                        v.draw(77),
                        v.item(),
                        v.item(),
                        v.user(),
                        v.timeMs(),
                        v.draw(3))));
    StringBuilder meta = new StringBuilder();
    for (int i = 1; i <= 60; i++) {
      meta.append(
          """
          {"main_category": "All Beauty", "title": "Soap %d", "average_rating": 4.%d, "rating_number": %d, \
          "features": ["soft"], "description": [], "price": null, "store": "Howard", "categories": ["Soap", "Bath"], \
          "details": {"Package Dimensions": "7"}, "parent_asin": "B00P%04d"}
          """
              .formatted(i, i % 10, i, i));
    }
    write("meta_All_Beauty.jsonl", meta.toString());
    Inferred inferred = infer(folder);
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("parent_asin");
    assertThat(inferred.roles()).doesNotContainKey(Role.TITLE);
    FeedLog log = imported(folder);
    requireAll(log);
    assertThat(log.catalogue().title(log.actionItems()[0])).startsWith("Soap ");
  }

  @Test
  void of_ubi_reads_nested_events() throws IOException {
    Path file =
        write(
            "ubi_events.json",
            lines(
                v ->
                    """
                    {"application":"shop","action_name":"%s","client_id":"c-%d","query_id":"q-%d","timestamp":"%s",\
                    "message_type":"CLICK","event_attributes":{"object":{"object_id":"sku%d","object_id_field":"product_id"},\
                    "position":{"ordinal":%d}}}\
                    """
                        .formatted(
                            v.draw(5) == 0 ? "add_to_cart" : "item_click",
                            v.user(),
                            v.visit(),
                            v.time(),
                            v.item(),
                            v.place())));
    Inferred inferred = infer(file);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("client_id");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("event_attributes.object.object_id");
    assertThat(inferred.required(Role.POSITION).name())
        .isEqualTo("event_attributes.position.ordinal");
    requireAll(imported(file));
  }

  @Test
  void of_german_shop_reads_latin_1_with_semicolons() throws IOException {
    DateTimeFormatter german =
        DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    Path file =
        write(
            "bestellungen.csv",
            "Bestellnummer;Kundennummer;Bestelldatum;Artikelnummer;Artikelbezeichnung;Warengruppe;Menge;Stückpreis\n"
                + lines(
                    v ->
                        String.join(
                            ";",
                            "B" + v.visit(),
                            "K" + v.user(),
                            german.format(v.time()),
                            "00" + v.item(),
                            "\"Öl; Käse " + v.item() + "\"",
                            v.item() % 2 == 0 ? "Küche" : "Möbel",
                            "" + (1 + v.draw(3)),
                            v.draw(90) + ",99")),
            StandardCharsets.ISO_8859_1);
    Inferred inferred = infer(file);
    assertThat(inferred.required(Role.USER).name()).isEqualTo("Kundennummer");
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo("Artikelnummer");
    assertThat(inferred.required(Role.TITLE).name()).isEqualTo("Artikelbezeichnung");
    assertThat(inferred.required(Role.CATEGORY).name()).isEqualTo("Warengruppe");
    FeedLog log = imported(file);
    assertThat(log.actions()).isEqualTo(VISITS.size());
    assertThat(log.catalogue().title(0)).startsWith("Öl; Käse ");
    assertThat(log.schema().actions()).containsExactly("purchase");
  }

  @Test
  void of_utf_16_reads_tabbed_text_with_a_mark() throws IOException {
    Path file =
        write(
            "log.txt",
            "\uFEFFEvent Time\tCustomer ID\tProduct Code\tAction\n"
                + lines(
                    v ->
                        v.time()
                            + "\tÄ"
                            + v.user()
                            + "\tP"
                            + v.item()
                            + "\t"
                            + (v.draw(3) == 0 ? "buy" : "view")),
            StandardCharsets.UTF_16LE);
    requireAll(imported(file));
  }

  @Test
  void of_impressions_with_flags_makes_feedviews() throws IOException {
    Path file = folder.resolve("log.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          ("user_id\tvideo_id\ttime_ms\tdate\thourmin\ttab\tis_click\tis_like\tplay_time_ms\n"
                  + lines(
                      v ->
                          String.join(
                              "\t",
                              "" + v.user(),
                              "" + v.item(),
                              "" + v.timeMs(),
                              "20210305",
                              "0",
                              "" + v.draw(3),
                              "" + v.draw(2),
                              "" + (v.draw(9) == 0 ? 1 : 0),
                              "" + v.draw(70_000))))
              .getBytes(StandardCharsets.UTF_8));
    }
    Inferred inferred = infer(file);
    assertThat(requireNonNull(inferred.time()).date().name()).isEqualTo("time_ms");
    assertThat(inferred.action().actions()).containsExactly("click", "like");
    FeedLog log = imported(file);
    assertThat(log.views()).isEqualTo(VISITS.size());
    assertThat(log.actions()).isLessThan(VISITS.size()).isPositive();
  }

  @Test
  void of_named_impressions_joins_pages() throws IOException {
    Path file = folder.resolve("impressions.csv.bz2");
    try (OutputStream out = new BZip2CompressorOutputStream(Files.newOutputStream(file))) {
      out.write(
          ("request_id,member_id,item_id,position,event_type,event_time\n"
                  + lines(
                      v ->
                          String.join(
                              ",",
                              "r" + v.visit(),
                              "m" + v.user(),
                              "i" + v.item(),
                              "" + v.place(),
                              v.draw(3) == 0 ? "click" : "impression",
                              "" + v.timeMs() * 1000)))
              .getBytes(StandardCharsets.UTF_8));
    }
    Inferred inferred = infer(file);
    assertThat(requireNonNull(inferred.time()).format()).isEqualTo(TimeFormat.MICROSECONDS);
    assertThat(inferred.action().passive()).containsExactly("impression");
    FeedLog log = imported(file);
    assertThat(log.views()).isEqualTo((int) VISITS.stream().map(Visits::visit).distinct().count());
    assertThat(log.schema().actions()).containsExactly("click");
  }

  @Test
  void of_sequences_reads_lists_of_one_user() throws IOException {
    StringBuilder text = new StringBuilder("user\titems\ttimestamps\n");
    for (int user = 1; user <= 80; user++) {
      int one = user;
      List<Visits> own = VISITS.stream().filter(v -> v.user() == one).toList();
      text.append(user).append('\t');
      text.append(own.stream().map(v -> "" + v.item()).collect(Collectors.joining(" ")));
      text.append('\t');
      text.append(own.stream().map(v -> "" + v.timeMs() / 1000).collect(Collectors.joining(" ")));
      text.append('\n');
    }
    Path file = write("sequences.tsv", text.toString());
    assertThat(infer(file).shape()).isEqualTo(Inferred.Shape.SEQUENCES);
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }
}
