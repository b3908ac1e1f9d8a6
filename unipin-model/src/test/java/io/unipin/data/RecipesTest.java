package io.unipin.data;

import static org.assertj.core.api.Assertions.assertThat;

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
    "kuairand-pure, 25156, 222869, 222869,   7583",
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
