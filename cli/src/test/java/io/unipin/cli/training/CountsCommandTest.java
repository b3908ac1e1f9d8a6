package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.serving.bundle.BundleReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CountsCommandTest {
  private static final String UNTIL = "2100-01-01T00:00:00Z";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return main.execute(arguments);
  }

  private Path bundle(String name, String counts) throws IOException {
    Path bundle = folder.resolve(name);
    Path work = folder.resolve(name + ".work");
    List<String> arguments = new ArrayList<>(List.of("train"));
    Collections.addAll(arguments, "--data", log(), "--out", bundle.toString(), "--no-evaluation");
    Collections.addAll(arguments, "--index", "exact", "--work", work.toString());
    Collections.addAll(arguments, "--set", "model={itemDim: 8, width: 16, layers: 1, heads: 2}");
    Collections.addAll(arguments, "--set", "model.kvHeads=1", "--set", "training.epochs=1");
    Collections.addAll(arguments, "--set", "training.counts=" + counts);
    assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
    return bundle;
  }

  private String log() {
    return folder.resolve("log").toString();
  }

  private int counts(Path bundle, String until, Path to) {
    return run(
        "counts",
        "--data",
        log(),
        "--until",
        until,
        "--bundle",
        bundle.toString(),
        "--out",
        to.toString());
  }

  @Test
  void counts_ofANewerLog_haveTheBundlesWeights() throws IOException {
    String[] simulate = {"--users", "150", "--items", "50", "--views", "8"};
    List<String> arguments = new ArrayList<>(List.of("simulate", "--out", log()));
    Collections.addAll(arguments, simulate);
    assertThat(run(arguments.toArray(String[]::new))).isZero();
    Path bundle = bundle("main", "auto");
    Path own = BundleReader.model(bundle).resolve(CountedRanking.FOLDER);
    Path newer = folder.resolve("newer");
    assertThat(counts(bundle, UNTIL, newer)).as(err.toString()).isZero();
    CountTables tables = CountTables.read(newer);
    assertThat(out.toString()).contains("generation " + tables.generation());
    assertThat(out.toString())
        .containsPattern("note: the newest row .* is of 20..-.* days before --until");
    assertThat(tables.until()).hasToString(UNTIL);
    assertThat(tables.generation()).isNotEqualTo(CountTables.read(own).generation());
    assertThat(newer.resolve(CountWeights.FILE))
        .hasSameBinaryContentAs(own.resolve(CountWeights.FILE));

    assertThat(counts(bundle, UNTIL, newer)).isNotZero();
    assertThat(err.toString()).contains("--out: a new folder expected, got", "which exists");
    Path other = folder.resolve("other");
    assertThat(counts(bundle, "tomorrow", other)).isNotZero();
    assertThat(err.toString()).contains("--until: an instant such as", "got tomorrow");
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(counts(bundle, "2000-01-01T00:00:00Z", other)).isNotZero();
    assertThat(err.toString())
        .contains("a feed log with feedviews before 2000-01-01T00:00:00Z expected, got one whose");
    Path none = bundle("none", "none");
    assertThat(counts(none, UNTIL, other)).isNotZero();
    assertThat(err.toString()).contains("--bundle: a bundle with counts expected");
    assertThat(other).doesNotExist();
    try (var left = Files.list(folder)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("."))).isEmpty();
    }
  }
}
