package io.unipin.serving.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Draws;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the served log keeps propensities, and that logs of earlier versions can be read. */
@Timeout(60)
final class ServedDrawsTest {
  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("click", "save"), List.of("click"), List.of("home", "search"));
  private static final Catalogue CATALOGUE =
      Catalogue.of(
          LongStream.range(100, 110)
              .mapToObj(
                  id -> new CatalogueItem(id, "t" + id, "c", FeedLog.NO_TIME, new float[0], ""))
              .toList());
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String PAGE =
      "{'view':'v','user':'u','timeMs':1,'surface':'home','items':[101,102],'format':3,'draws':%s}";

  @TempDir Path folder;

  private Path copied() throws IOException {
    Path served = Files.createDirectories(folder.resolve("served"));
    try (InputStream in =
        Objects.requireNonNull(ServedDrawsTest.class.getResourceAsStream("served-3.jsonl"))) {
      Files.copy(in, served.resolve("served-000000000000001.jsonl"));
    }
    return served;
  }

  @Test
  void export_ofTheThirdFormat_keepsPropensities() throws IOException {
    List<String> skipped = new ArrayList<>();
    FeedLog read = ServedLogExport.read(copied(), SCHEMA, CATALOGUE, MINUTE, skipped::add);
    assertThat(skipped).isEmpty();
    double[] expected = {Double.NaN, 1, 0.1, 1, 1, 0.6};
    assertThat(read.impressionItems()).containsExactly(1, 1, 5, 3, 1, 2);
    assertThat(read.impressionPropensity()).isEqualTo(expected);
    Path out = folder.resolve("feed-log");
    FeedLogWriter.write(read, out);
    FeedLog again = FeedLogReader.read(out, 0);
    assertThat(again.impressionPropensity()).isEqualTo(expected);
    assertThat(again.impressionItems()).isEqualTo(read.impressionItems());
    assertThat(again.impressionBits()).containsExactly(0, 0, 0, 0, 0, 3);
  }

  @Test
  void choices_ofTheThirdFormat_holdWhatDrawsDecidedAndWhatFollowed() throws IOException {
    ServedChoices choices = ServedChoices.read(copied(), MINUTE, skipped -> {});
    assertThat(choices.all()).hasSize(2);
    assertThat(choices.all().get(0))
        .isEqualTo(
            new ServedChoice(
                new ServedChoice.Page("u", "bare", 1000, "search", "arm"),
                1,
                105,
                0.1,
                true,
                Optional.empty(),
                Set.of()));
    ServedChoice whole = choices.all().get(1);
    assertThat(whole.explored()).isFalse();
    assertThat(whole.actions()).containsExactlyInAnyOrder("click", "save");
    assertThat(whole.draw().orElseThrow().options().get(1))
        .isEqualTo(new Draw.Option(106, 0.4f, 3, 0.3));

    FeedLog options = choices.optionsLog(SCHEMA, CATALOGUE);
    assertThat(options.views()).isEqualTo(2);
    assertThat(options.impressionItems()).containsExactly(2, 6); // the catalogue lacks item 999
    assertThat(options.viewHistory()).containsExactly(1, 1);
    assertThat(options.actionItems()).containsExactly(1, 2);
  }

  @Test
  void log_pageWithDraws_readsBackEqual() {
    Draw draw =
        new Draw(
            1,
            List.of(
                new Draw.Option(102, 0.5f, Draw.KEPT, 0.75), new Draw.Option(107, 0.25f, 9, 0.25)),
            1);
    for (boolean logsOptions : new boolean[] {false, true}) {
      Path served = folder.resolve("served-" + logsOptions);
      try (ServedLog log = ServedLog.open(config(served))) {
        Draws draws = new Draws(true, 5, logsOptions, List.of(draw));
        log.served(
            new Slate("v", "u", 1000, "home", "arm", "b", "i", new long[] {101, 107}, draws, ""));
        log.recorded("u", List.of(event(107, 1500)));
      }
      List<ServedChoice> choices = ServedChoices.read(served, MINUTE, skipped -> {}).all();
      assertThat(choices).hasSize(1);
      assertThat(choices.get(0).propensity()).isEqualTo(0.25);
      assertThat(choices.get(0).explored()).isTrue();
      assertThat(choices.get(0).actions()).containsExactly("click");
      assertThat(choices.get(0).draw())
          .isEqualTo(logsOptions ? Optional.of(draw) : Optional.empty());
    }
  }

  @Test
  void log_withoutExploration_isOfTheFirstFormat() throws IOException {
    Path served = folder.resolve("served");
    try (ServedLog log = ServedLog.open(config(served))) {
      log.served(new Slate("v", "u", 1000, "home", "arm", "b", "i", new long[] {101}));
    }
    assertThat(Files.readString(LogFolder.segments("served", served).get(0)))
        .doesNotContain("format", "draws");
    assertThat(ServedLogExport.read(served, SCHEMA, CATALOGUE, MINUTE).impressionPropensity())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'generation':1,'explored':[]}",
        "{'generation':1,'propensities':[1.0],'explored':[]}",
        "{'generation':1,'propensities':[1.0,null],'explored':[]}",
        "{'generation':1,'propensities':[1.0,0.0],'explored':[]}",
        "{'generation':1,'propensities':[1.0,1.5],'explored':[]}",
        "{'generation':1,'propensities':[1.0,1.0]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[2]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[null]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[],'options':[null]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[],'options':[{'place':0,'drawn':0}]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[],'options':"
            + "[{'place':0,'drawn':1,'items':[101],'utilities':[1],'impressions':[0],'probabilities':[1]}]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[],'options':"
            + "[{'place':0,'drawn':0,'items':[102],'utilities':[1],'impressions':[0],'probabilities':[1]}]}",
        "{'generation':1,'propensities':[1.0,1.0],'explored':[],'options':"
            + "[{'place':0,'drawn':0,'items':[101],'utilities':[1],'impressions':[0],'probabilities':[2]}]}",
      })
  void export_drawsThatAreNotWhole_areSkippedAndNamed(String draws) throws IOException {
    Path served = Files.createDirectories(folder.resolve("served"));
    Files.writeString(
        served.resolve("served-000000000000001.jsonl"),
        PAGE.formatted(draws).replace('\'', '"') + "\n");
    List<String> skipped = new ArrayList<>();
    assertThat(ServedLogExport.read(served, SCHEMA, CATALOGUE, MINUTE, skipped::add).views())
        .isZero();
    assertThat(skipped)
        .containsExactly("1 torn line skipped in served-000000000000001.jsonl line 1");
  }

  private static ServedLogConfig config(Path served) {
    return new ServedLogConfig(true, served, 1000, new ByteSize(1 << 20), Duration.ofHours(1));
  }

  private static ActionEvent event(long item, long timeMs) {
    return new ActionEvent(
        "e" + timeMs, new RecordedAction(item, List.of("click"), "home", timeMs));
  }
}
