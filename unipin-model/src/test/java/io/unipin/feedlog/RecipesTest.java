package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.imports.ImportReport;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipesTest {
  private static final long WATCH = 1;
  private static final long LIKE = 1 << 1;
  private static final long DISLIKE = 1 << 2;

  @TempDir private Path temporary;

  @ParameterizedTest
  @CsvSource({
    "ml-100k,         943, 100000, 100000,   1682",
    "ml-1m,          6040, 1000209, 1000209,  3883",
    "amazon-beauty, 22363, 198502,      0,  12101",
    "kuairand-pure, 27077, 1142145, 222869,   7583",
    "trivago,        6593,  87608, 312539, 107603",
  })
  void run_recipe_hasTheCountsOfTheRealData(
      String name, int users, int actions, int impressions, int items) {
    Path folder = RealData.folder(name);
    ImportReport report = Importer.run(RealData.recipe(name), folder, temporary.resolve("log"), 0);
    assertThat(report.leftOut()).isEmpty();
    assertThat(report.users()).isEqualTo(users);
    assertThat(report.actions()).isEqualTo(actions);
    assertThat(report.impressions()).isEqualTo(impressions);
    assertThat(report.items()).isEqualTo(items);
    if (name.equals("ml-100k")) {
      assertMovieLens(FeedLogReader.read(temporary.resolve("log"), 0));
    }
  }

  @Test
  void run_amazonBeautyAttributes_hasThemInPlaceOfContent() {
    Path folder = RealData.folder("amazon-beauty");
    Path mapping = RealData.recipe("amazon-beauty-attributes");
    Path log = temporary.resolve("log");
    assertThat(Importer.run(mapping, folder, log, 0).items()).isEqualTo(12_101);
    Catalogue items = FeedLogReader.read(log, 0).catalogue();
    assertThat(items.contentDim()).isZero();
    assertThat(items.attributes(items.row(1))).containsExactly("173", "1", "162", "171");
    assertThat(items.category(items.row(1))).isEqualTo("attribute 173");
  }

  private static void assertMovieLens(FeedLog log) {
    int first = log.actionStart(log.userRow("1"));
    assertThat(log.catalogue().id(log.actionItems()[first])).isEqualTo(168);
    assertThat(log.actionBits()[first]).isEqualTo(WATCH | LIKE);
    assertThat(log.actionTimes()[first]).isEqualTo(874_965_478_000L);
    assertThat(LongStream.of(log.actionBits())).allMatch(bits -> (bits & WATCH) != 0);
    assertThat(log.catalogue().title(log.catalogue().row(1))).isEqualTo("Toy Story (1995)");
    assertThat(log.catalogue().category(log.catalogue().row(1))).isEqualTo("Animation");
    assertThat(log.catalogue().contentDim()).isEqualTo(19);
  }

  @Test
  void run_uData_readsThePublishedLayout() throws IOException {
    write("u.data", "196\t242\t3\t881250949\n196\t2\t5\t881250950\n7\t242\t1\t1\n");
    String genres = "|0".repeat(8);
    write(
        "u.item",
        "242|Kolya (1996)|24-Jan-1997||http://x|0|0|0|0|0|1|0|0|0|0|0"
            + genres
            + "\n"
            + "2|Cité (1995)|01-Jan-1995||http://y|0|1|0|0|0|0|0|0|0|0|0"
            + genres
            + "\n");
    FeedLog log = published("movielens-u-data");
    assertRatings(log);
    assertThat(log.catalogue().contentDim()).isEqualTo(19);
    assertThat(log.catalogue().category(log.catalogue().row(242))).isEqualTo("Comedy");
  }

  @Test
  void run_ratingsDat_readsThePublishedLayout() throws IOException {
    write("ratings.dat", "196::242::3::881250949\n196::2::5::881250950\n7::242::1::1\n");
    write("movies.dat", "2::Cité (1995)::Action\n242::Kolya: or (1996)::Comedy|Drama\n");
    FeedLog log = published("movielens-dat");
    assertRatings(log);
    assertThat(log.catalogue().title(log.catalogue().row(242))).isEqualTo("Kolya: or (1996)");
    assertThat(log.catalogue().contentDim()).isEqualTo(3);
  }

  @Test
  void run_ratingsCsv_readsThePublishedLayout() throws IOException {
    write(
        "ratings.csv",
        """
        userId,movieId,rating,timestamp
        196,242,3.5,881250949
        196,2,4.5,881250950
        7,242,0.5,1
        """);
    Files.writeString(
        temporary.resolve("movies.csv"),
        "movieId,title,genres\n2,Cité (1995),Action\n242,\"Kolya, or (1996)\",Comedy|Drama\n");
    assertRatings(published("movielens-csv"));
  }

  @Test
  void run_kuaiRand_readsThePublishedLayout() throws IOException {
    String head =
        "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab\n";
    String row = "0,%d,20220408,1500,%d,%d,0,0,0,0,0,%d,10,20,0,0,0,0,1\n";
    write(
        "log_standard_4_08_to_4_21_pure.csv",
        head + row.formatted(51, 1649400000000L, 1, 1) + row.formatted(51, 1649400000000L, 1, 1));
    write("log_standard_4_22_to_5_08_pure.csv", head + row.formatted(52, 1650600000000L, 0, 0));
    write(
        "video_features_basic_pure.csv",
        """
        video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,music_type,tag
        51,1,NORMAL,2022-01-01,x,1.0,5000.0,720,1280,9,4.0,"12,65"
        52,1,NORMAL,2022-01-01,x,1.0,,720,1280,9,4.0,8
        """);
    FeedLog log = published("kuairand");
    assertThat(log.actions()).isEqualTo(2);
    assertThat(log.views()).isEqualTo(2);
    assertThat(log.actionBits()).containsExactly(3, 0);
    assertThat(log.actionSurfaces()).containsExactly(1, 1);
    assertThat(log.catalogue().category(log.catalogue().row(51))).isEqualTo("12");
  }

  private void write(String name, String text) throws IOException {
    Files.write(temporary.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private FeedLog published(String recipe) {
    Path out = temporary.resolve("log");
    Importer.run(RealData.recipe(recipe), temporary, out, 0);
    return FeedLogReader.read(out, 0);
  }

  private static void assertRatings(FeedLog log) {
    assertThat(log.users()).isEqualTo(2);
    int user = log.userRow("196");
    int first = log.actionStart(user);
    assertThat(log.catalogue().id(log.actionItems()[first])).isEqualTo(242);
    assertThat(log.actionBits()[first]).isEqualTo(WATCH);
    assertThat(log.actionBits()[first + 1]).isEqualTo(WATCH | LIKE);
    assertThat(log.actionBits()[log.actionStart(log.userRow("7"))]).isEqualTo(WATCH | DISLIKE);
    assertThat(log.actionTimes()[first]).isEqualTo(881_250_949_000L);
    assertThat(log.views()).isEqualTo(3);
    assertThat(log.catalogue().title(log.catalogue().row(2))).isEqualTo("Cité (1995)");
  }

  @Test
  void run_ml100kRecipeOnSimulatedRatings_keepsThem() throws IOException {
    FeedLog truth = FeedSimulator.simulate(SimulatorConfig.of(60, 200, 5));
    writeAsRatings(truth, temporary);
    Path out = temporary.resolve("log");
    Importer.run(RealData.recipe("ml-100k"), temporary, out, 0);

    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.actions()).isEqualTo(truth.actions());
    assertThat(log.views()).isEqualTo(truth.actions());
    assertThat(log.actionItems()).isEqualTo(truth.actionItems());
    assertThat(log.impressionItems()).isEqualTo(truth.actionItems());
    for (int a = 0; a < log.actions(); a++) {
      boolean click = (truth.actionBits()[a] & FeedSimulator.CLICK) != 0;
      assertThat(log.actionBits()[a]).isEqualTo(WATCH | (click ? LIKE : DISLIKE));
      assertThat(log.impressionBits()[a]).isEqualTo(log.actionBits()[a]);
    }
  }

  private static void writeAsRatings(FeedLog log, Path folder) throws IOException {
    StringBuilder ratings = new StringBuilder("user_id\titem_id\trating\ttimestamp\n");
    for (int user = 0; user < log.users(); user++) {
      for (int a = log.actionStart(user); a < log.actionStart(user + 1); a++) {
        int stars = (log.actionBits()[a] & FeedSimulator.CLICK) != 0 ? 5 : 1;
        long item = log.catalogue().id(log.actionItems()[a]);
        long second = log.actionTimes()[a] / 1000;
        ratings.append("%s\t%d\t%d\t%d\n".formatted(log.user(user), item, stars, second));
      }
    }
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve("interactions.tsv.gz"))),
            StandardCharsets.UTF_8)) {
      writer.write(ratings.toString());
    }
    StringBuilder movies = new StringBuilder("item_id\ttitle\trelease_date\tgenres\n");
    for (int row = 0; row < log.catalogue().size(); row++) {
      CatalogueItem item = log.catalogue().item(row);
      movies.append("%d\t%s\t\t%s|All\n".formatted(item.id(), item.title(), item.category()));
    }
    Files.writeString(folder.resolve("items.tsv"), movies);
  }
}
