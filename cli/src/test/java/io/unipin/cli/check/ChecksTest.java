package io.unipin.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ChecksTest {
  @TempDir Path folder;
  private Path file;
  private Path bundle;
  private Path feedLog;
  private Verb verb = new Verb("");
  private String problem = "";
  private final StringWriter err = new StringWriter();

  @Command(name = "verb")
  // picocli sets the fields by reflection, and Checks reads them
  @SuppressWarnings("UnusedVariable")
  static final class Verb implements Callable<Integer>, Checked {
    @Option(names = "--in")
    @Input(Input.Kind.FILE)
    Path in;

    @Option(names = "--bundle")
    @Input(Input.Kind.BUNDLE)
    Path bundle;

    @Option(names = "--data")
    @Input(Input.Kind.FEED_LOG)
    Path data;

    @Option(names = "--out")
    @Output(Output.Kind.BUNDLE)
    Path out;

    @Option(names = "--log")
    @Output(Output.Kind.FEED_LOG)
    Path log;

    @Option(names = "--json")
    @Output(Output.Kind.FILE)
    Path json;

    @Option(names = "--work")
    @Output(Output.Kind.FOLDER)
    Path work;

    private final String problem;
    private boolean ran;

    private Verb(String problem) {
      this.problem = problem;
    }

    @Override
    public void check() {
      if (!problem.isEmpty()) {
        throw new CheckException(problem);
      }
    }

    @Override
    public Integer call() {
      ran = true;
      return 0;
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    file = Files.writeString(folder.resolve("file"), "");
    bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("manifest.json"), "{}");
    feedLog = Files.createDirectories(folder.resolve("log"));
    Files.writeString(
        feedLog.resolve("feedlog.yaml"),
        "version: 1\nactions: [like]\npositives: [like]\nsurfaces: [home]\n");
  }

  private String run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    verb = new Verb(problem);
    err.getBuffer().setLength(0);
    int code =
        new CommandLine(verb)
            .setErr(new PrintWriter(err, true))
            .setExecutionStrategy(new Checks())
            .setExecutionExceptionHandler(
                (failure, command, result) -> {
                  command.getErr().println(failure.getMessage());
                  return 1;
                })
            .execute(words);
    assertThat(code).as(err.toString()).isEqualTo(verb.ran ? 0 : 1);
    return err.toString().strip();
  }

  @Test
  void run_everythingInItsPlace_runs() {
    run("--in", file, "--bundle", bundle, "--data", feedLog, "--out", folder.resolve("a/b/new-1"));
    assertThat(verb.ran).isTrue();
  }

  @Test
  void run_feedLogOrNothingOrEmptyFolder_isAPlaceForAFeedLog() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    for (Path place : new Path[] {feedLog, empty, folder.resolve("new")}) {
      run("--log", place);
      assertThat(verb.ran).as("%s", place).isTrue();
    }
  }

  @Test
  void run_bundleThatExists_isRefused() {
    assertThat(run("--out", bundle))
        .isEqualTo("--out: a new bundle expected, got " + bundle + ", which exists");
  }

  @Test
  void run_bundleNameThatNoServerTakes_isRefused() {
    assertThat(run("--out", folder.resolve("Bundle")))
        .isEqualTo("--out: a bundle's name like [a-z0-9][a-z0-9._-]{0,63} expected, got 'Bundle'");
  }

  @Test
  void run_aDeviceAsFile_isAllowed() {
    run("--json", "/dev/null");
    assertThat(verb.ran).isTrue();
  }

  @Test
  void run_outputInsideABundleToBe_isRefused() {
    Path out = folder.resolve("new");
    assertThat(run("--out", out, "--work", out.resolve("work")))
        .startsWith("--work: a place outside of that of --out expected");
  }

  @Test
  void run_twoOutputsAtOnePlace_isRefused() {
    Path out = folder.resolve("new");
    assertThat(run("--json", out, "--work", out)).contains("a place outside of that of");
  }

  @Test
  void run_outputInPlaceOfAnInput_isRefused() {
    assertThat(run("--log", feedLog, "--data", feedLog))
        .startsWith("--log: another place than that of --data expected");
  }

  @Test
  void run_inputsThatAreNot_areNamed() throws IOException {
    assertThat(run("--in", folder.resolve("none")))
        .isEqualTo(
            "--in: a file expected, got " + folder.resolve("none") + ", which does not exist");
    assertThat(run("--bundle", feedLog)).contains("which has no manifest.json");
    assertThat(run("--data", bundle)).contains("a feed log expected: there is no feedlog.yaml");
    Files.writeString(
        feedLog.resolve("feedlog.yaml"),
        "version: 1\nactions: [like]\npositives: [buy]\nsurfaces: [home]\n");
    assertThat(run("--data", feedLog)).contains("positives must be among the actions");
  }

  @Test
  void run_whatTheVerbKnows_comesLast() {
    problem = "a better time expected";
    assertThat(run("--in", file)).isEqualTo("a better time expected");
    assertThat(run("--out", bundle)).contains("which exists");
  }

  @Test
  void shortage_tooLittle_saysHowMuch() {
    assertThat(DiskSpace.shortage("the log", folder.resolve("a/b"), 5 << 20, at -> 3 << 20))
        .hasValue(
            "about 5 MiB free for the log expected at " + folder.resolve("a/b") + ", got 3 MiB");
    assertThat(DiskSpace.shortage("the log", folder, 5 << 20, at -> 5 << 20)).isEmpty();
  }

  @Test
  void write_deviceThere_isWrittenToNotReplaced() {
    OutputFile.write(Path.of("/dev/null"), "text");
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void write_linkThere_writesWhatItPointsTo() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    OutputFile.write(link, "text");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("text");
  }

  @Test
  void write_placeTakenMeanwhile_keepsTheTextAndSaysHowItGetsThere() throws IOException {
    Path below = file.resolve("below");
    String message =
        String.valueOf(
            assertThatThrownBy(() -> OutputFile.write(below, "figures of hours"))
                .isInstanceOf(CheckException.class)
                .actual()
                .getMessage());
    assertThat(message).contains("can't be written", "its content is kept: cp ");
    Path kept = Path.of(message.replaceFirst(".*kept: cp (\\S+) .*", "$1"));
    assertThat(kept).hasContent("figures of hours");
    Files.delete(kept);
  }
}
