package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.Main;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Tests that a load test leaves no users behind, however it ends, and that its results survive. */
@Timeout(120)
final class LoadRunUsersTest {
  private static final Pattern KEPT = Pattern.compile("content is kept: cp (\\S+) ");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeUniPin server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeUniPin();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> arguments(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "loadtest",
                "--address=" + server.address(),
                "--warm-up=100ms",
                "--users=10",
                "--history=3",
                "--think=0.1",
                "--p99=1m",
                "--deadline=1m"));
    all.addAll(List.of(more));
    return all;
  }

  private int run(String... more) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return main.execute(arguments(more).toArray(String[]::new));
  }

  private static boolean isProbe(String user) {
    return user.endsWith("-probe");
  }

  @Test
  void call_someErasuresFail_reportsAndErasesTheOthers() throws IOException {
    server.keeps = user -> user.matches(".*-u[12]");
    Path json = folder.resolve("load.json");
    Path html = folder.resolve("load.html");
    int code = run("--steps=40", "--duration=1s", "--json=" + json, "--html=" + html);
    assertThat(code).isEqualTo(1);
    assertThat(out.toString()).contains("offered/s", "a p99 of");
    assertThat(json).exists();
    assertThat(html).exists();
    assertThat(server.users).hasSizeBetween(1, 2).allMatch(user -> user.matches("load-.*-u[12]"));
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "all users of the run erased expected, got %s remaining (the disk failed)"
                .formatted(server.users.size()))
        .containsPattern(
            "erase each of them: ./unipin erase --user load-\\S+-u[12] --address 127.0.0.1:");
  }

  @Test
  void call_results_areWrittenBeforeTheFirstUserIsErased() {
    Path json = folder.resolve("load.json");
    AtomicBoolean early = new AtomicBoolean();
    server.keeps =
        user -> {
          if (!isProbe(user) && !(Files.exists(json) && out.toString().contains("offered/s"))) {
            early.set(true);
          }
          return false;
        };
    assertThat(run("--steps=40", "--duration=500ms", "--json=" + json)).isZero();
    assertThat(early).isFalse();
    assertThat(server.users).isEmpty();
  }

  @Test
  void call_resultsCannotBeWritten_erasesTheUsers() throws IOException {
    Path json = folder.resolve("load.json");
    server.keeps =
        user -> {
          makeFolder(json); // in place of the file, after the checks of the command
          return false;
        };
    assertThat(run("--steps=40", "--duration=500ms", "--json=" + json)).isEqualTo(1);
    assertThat(out.toString()).contains("offered/s");
    assertThat(server.users).isEmpty();
    Matcher kept = KEPT.matcher(err.toString());
    assertThat(kept.find()).as(err.toString()).isTrue();
    Files.delete(Path.of(kept.group(1)));
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void begin_firstErasureFails_namesTheUser() {
    server.keeps = LoadRunUsersTest::isProbe;
    assertThat(run("--steps=40", "--duration=500ms")).isEqualTo(1);
    assertThat(err.toString()).contains("got 1 remaining (the disk failed)", "-probe --address");
  }

  @Test
  void eraseAll_serverIsAway_givesUpAfterTenFailures() {
    List<String> tried = new ArrayList<>();
    server.keeps = user -> tried.add(user);
    try (UniPinClient client = UniPinClient.connect(server.address())) {
      RunUsers users = new RunUsers(client);
      for (int user = 0; user < 30; user++) {
        users.add("u" + user);
      }
      users.eraseAll(count -> {});
      assertThat(tried).hasSize(10);
      assertThat(users.count()).isEqualTo(30);
      assertThatThrownBy(() -> users.erase("u0")).isInstanceOf(RequestException.class);
      server.keeps = user -> false;
      users.eraseAll(count -> {});
      assertThat(users.remaining("a:1")).isEmpty();
    }
  }

  /** Runs the command in a JVM of its own, and ends that JVM by SIGTERM in the middle of a step. */
  @Test
  void signal_inAStep_erasesTheUsers() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
    command.addAll(arguments("--steps=40", "--duration=60s"));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      while (server.users.stream().filter(user -> !isProbe(user)).count() < 5) {
        assertThat(process.isAlive()).as(() -> read(output)).isTrue();
        TimeUnit.MILLISECONDS.sleep(20);
      }
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(server.users).as(() -> read(output)).isEmpty();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void hook_runThatDoesNotEnd_endsAfterItsPatience() throws InterruptedException {
    AtomicBoolean late = new AtomicBoolean();
    try (StopHook hook = StopHook.add(Duration.ofMillis(50), () -> late.set(true))) {
      assertThat(hook.isStopped()).isFalse();
      Thread stop = new Thread(hook::stop);
      stop.start();
      stop.join();
      assertThat(hook.isStopped()).isTrue();
      assertThat(late).isTrue();
    }
  }

  @Test
  void hook_runThatEnds_isRemovedAndEndsAtOnce() throws InterruptedException {
    AtomicBoolean late = new AtomicBoolean();
    StopHook hook = StopHook.add(Duration.ofMinutes(5), () -> late.set(true));
    hook.close();
    assertThat(Runtime.getRuntime().removeShutdownHook(hook.thread())).isFalse();
    hook.stop();
    assertThat(late).isFalse();
  }
}
