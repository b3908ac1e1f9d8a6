package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.Main;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.database.FileTree;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.checks.DirectMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Tests that a training with wrong arguments fails early, and that a failure never loses a trained
 * model.
 */
@Timeout(120)
final class TrainCommandTest {
  private static final String[] SMALL = {
    "--index",
    "exact",
    "--no-evaluation",
    "--set",
    "model={itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 16, maxHistory:"
        + " 16}"
  };

  @TempDir Path folder;
  private Path log;
  private Path out;
  private final StringWriter console = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void place() {
    log = folder.resolve("log");
    out = folder.resolve("bundles/main");
  }

  private int run(String... words) {
    console.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(console, true)).setErr(new PrintWriter(err, true));
    return main.execute(words);
  }

  private String[] train(String... more) {
    List<String> words = new ArrayList<>(List.of("train", "--data", log.toString()));
    words.addAll(List.of("--out", out.toString()));
    Collections.addAll(words, SMALL);
    Collections.addAll(words, more);
    return words.toArray(String[]::new);
  }

  private void simulate() {
    assertThat(run("simulate", "--out", log.toString(), "--users", "40", "--items", "50"))
        .as(err.toString())
        .isZero();
  }

  /** Writes a feed log whose schema can be read, but whose tables cannot. */
  private void simulateNamesAlone() throws IOException {
    simulate();
    for (String table : List.of("actions", "feedviews", "items")) {
      Files.writeString(log.resolve(table + ".parquet"), "no Parquet");
    }
  }

  private void assertRefused(String expected) {
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(expected);
    assertThat(folder.resolve("bundles")).doesNotExist();
  }

  @Test
  void train_whatNamesAndSettingsTell_isRefusedBeforeARowIsRead() throws IOException {
    simulateNamesAlone();
    assertThat(run(train("--set", "training.actionWeights.buy=2"))).isEqualTo(1);
    assertRefused("training.actionWeights: an action of [");
    assertThat(run(train("--set", "model.kvHeads=3"))).isEqualTo(1);
    assertRefused("model.kvHeads: a divisor of heads");
    assertThat(run(train("--set", "model.maxHistory=40000000"))).isEqualTo(1);
    assertRefused("model.maxHistory: keys and values of one user that fit into memory expected");
    assertThat(run(train("--set", "training.epochs=0"))).isEqualTo(1);
    assertRefused("training.epochs: 1 or more expected, got 0");
    assertThat(run(train("--set", "training.epochs=2.9"))).isEqualTo(1);
    assertRefused("--set training.epochs: training.epochs: a whole number expected, got 2.9");
    assertThat(run(train("--max-bad-rows", "-1"))).isEqualTo(1);
    assertRefused("--max-bad-rows: 0 or more expected");
    assertThat(run(train("--warm-start", log.toString()))).isEqualTo(1);
    assertRefused("which has no manifest.json");
  }

  @Test
  void train_deviceThatIsNone_isRefusedBeforeARowIsRead() throws IOException {
    simulateNamesAlone();
    assertThat(run(train("--device", "gpu"))).isEqualTo(1);
    assertRefused("--device: cpu, cuda or cuda:N expected, got gpu");
  }

  @Test
  void train_deviceThatTheEngineLacks_isRefusedBeforeARowIsRead() throws IOException {
    assumeTrue(System.getProperty("unipin.device") == null, "a machine without a card expected");
    simulateNamesAlone();
    assertThat(run(train("--device", "cuda"))).isEqualTo(1);
    assertRefused("--device: a CUDA build of libtorch expected for cuda");
  }

  @Test
  void train_indexThatFaissDoesNotKnow_isRefusedBeforeARowIsRead() throws IOException {
    simulateNamesAlone();
    String[] words = train();
    words[Arrays.asList(words).indexOf("exact")] = "HNSWmany";
    assertThat(run(words)).isEqualTo(1);
    assertRefused("index 'HNSWmany' cannot be built");
  }

  @Test
  void train_moreThanTheDiskHolds_isRefused() {
    long free = folder.toFile().getUsableSpace();
    assumeTrue(free < 120e9, "a disk that is too small for the largest model expected");
    simulate();
    String model = "model={itemDim: 16380, width: 16380, layers: 1, heads: 2, kvHeads: 1,";
    assertThat(run(train("--set", model + " feedForward: 32760, maxHistory: 16}"))).isEqualTo(1);
    assertRefused("MiB free for the checkpoints expected at " + out + ".training");
  }

  @Test
  void train_positiveThatNeverOccurs_warns() {
    FeedSchema schema = new FeedSchema(List.of("click", "buy"), List.of("buy"), List.of("home"));
    List<CatalogueItem> items =
        LongStream.range(0, 60)
            .mapToObj(id -> new CatalogueItem(id, "item " + id, "", 0, new float[0]))
            .toList();
    FeedLogBuilder builder = new FeedLogBuilder(schema, Catalogue.of(items));
    for (int user = 0; user < 30; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 8; i++) {
        builder.action((7 * user + 3 * i) % 60, 1, 0, 1_700_000_000_000L + 60_000L * i);
      }
    }
    FeedLogWriter.write(builder.build(), log);
    assertThat(run(train("--set", "training.epochs=1"))).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("unipin train: warning: the action 'buy' never occurs in the training part")
        .contains("unipin train: warning: no positive action [buy] occurs");
  }

  @Test
  void train_resumeWithAnotherSetting_namesItBeforeARowIsRead() throws IOException {
    simulate();
    String work = folder.resolve("work").toString();
    assertThat(run(train("--work", work, "--set", "training.epochs=1"))).isZero();
    FileTree.delete(Objects.requireNonNull(out.getParent()));
    simulateNamesAlone();
    assertThat(run(train("--work", work, "--resume", "--set", "training.epochs=2"))).isEqualTo(1);
    assertRefused("another recipe (training.epochs 1 then, 2 now)");
  }

  @Test
  void train_warmStartOfAnotherShape_isRefusedBeforeARowIsRead() throws IOException {
    simulate();
    assertThat(run(train("--set", "training.epochs=1"))).as(err.toString()).isZero();
    Path earlier = out;
    out = folder.resolve("next/main");
    simulateNamesAlone();
    String wider =
        "model={itemDim: 8, width: 32, layers: 1, heads: 2, kvHeads: 1, feedForward: 16}";
    assertThat(run(train("--warm-start", earlier.toString(), "--set", wider))).isEqualTo(1);
    assertThat(err.toString())
        .contains("warm start: the shape of the earlier model expected, width 16, got width 32");
    assertThat(out.getParent()).doesNotExist();
  }

  @Test
  void train_settingsLeftToTheData_arePrintedAndStandInFiguresAndBundle() throws IOException {
    simulate();
    Path figures = folder.resolve("train.json");
    assertThat(run(train("--set", "training.epochs=1", "--json", figures.toString())))
        .as(err.toString())
        .isZero();
    String dropout = "  training.dropout: 0.5 (an item has ";
    assertThat(console.toString())
        .contains("chosen by the training part: 40 users, ")
        .contains(dropout)
        .doesNotContain("training.epochs: ")
        .doesNotContain("model.width: ");
    String recipe = Files.readString(BundleReader.recipe(out).orElseThrow());
    assertThat(recipe)
        .startsWith("# chosen by the training part: 40 users, ")
        .contains("# " + dropout)
        .contains("dropout: 0.5\n");
    JsonNode results = new ObjectMapper().readTree(figures.toFile()).path("results");
    assertThat(results.path("chosen").path("training.dropout").path("value").asText())
        .isEqualTo("0.5");
    assertThat(results.path("chosen").path("training.dropout").path("reason").asText())
        .startsWith("an item has ");
    assertThat(results.path("training_part").path("users").asInt()).isEqualTo(40);
  }

  @Test
  void train_resume_keepsTheChoicesOfTheCheckpoint() {
    simulate();
    String work = folder.resolve("work").toString();
    String one = "training.epochs=1";
    assertThat(run(train("--work", work, "--set", one, "--set", "training.dropout=0.41"))).isZero();
    out = folder.resolve("bundles/again");
    assertThat(run(train("--work", work, "--set", one, "--resume"))).as(err.toString()).isZero();
    assertThat(console.toString())
        .contains("training.dropout: 0.41 (the checkpoint was trained with this value)")
        .contains("training.negatives: 0 (a full softmax ");
    assertThat(err.toString()).doesNotContain("replaces");
    out = folder.resolve("bundles/anew");
    assertThat(run(train("--work", work, "--set", "training.epochs=2"))).isZero();
    assertThat(err.toString())
        .contains(
            "--work " + work + ": this training replaces an unfinished one (1 finished epochs");
  }

  @Test
  void train_warmStart_keepsTheSizesOfTheEarlierModel() {
    simulate();
    assertThat(run(train("--set", "training.epochs=1"))).as(err.toString()).isZero();
    Path earlier = out;
    out = folder.resolve("next/main");
    String rest = "model={layers: 1, heads: 2, kvHeads: 1, feedForward: 16, maxHistory: 16}";
    String[] warm =
        train("--warm-start", earlier.toString(), "--set", "training.epochs=1", "--set", rest);
    assertThat(run(warm)).as(err.toString()).isZero();
    assertThat(console.toString())
        .contains("model.itemDim: 8 (the model of the warm start has this value)")
        .contains("model.width: 16 (the model of the warm start has this value)");
  }

  @Test
  void train_nameTakenMeanwhile_isKeptAndPublishedByTheCommandThatIsNamed() throws Exception {
    simulate();
    Path checkpoint = folder.resolve("bundles/main.training/checkpoint/state.json");
    Thread other =
        new Thread(
            () -> {
              while (!Files.exists(checkpoint) && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              assertThat(out.resolve("taken").toFile().mkdirs()).isTrue();
            });
    other.start();
    int code = run(train("--set", "training.epochs=4", "--set", "training.patience=9"));
    other.interrupt();
    other.join();
    assertThat(code).as(err.toString()).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .contains("bundle main: exists", "the trained model is kept in " + out + ".training");
    String command = err.toString().strip().replaceFirst(".*publish it with: \\./unipin ", "");
    assertThat(command).endsWith("--out " + out + "-2");
    List<String> words = new ArrayList<>();
    for (String word : command.split(" (?=(?:[^']*'[^']*')*[^']*$)", -1)) {
      words.add(word.replace("'", ""));
    }
    assertThat(run(words.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(folder.resolve("bundles/main-2/manifest.json")).exists();
  }

  @Test
  void memory_ofTheDemosServer_fitsTheMachine() {
    assertThat(DirectMemory.settingsThatFit(8L << 30)).isEmpty();
    assertThat(DirectMemory.settingsThatFit(1L << 30))
        .containsExactly("cache.budget=512MiB", "cache.transientBudget=128MiB");
  }
}
