package io.unipin.benchmarks.fuzz;

import io.unipin.cli.console.CommandException;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fuzzes one target in two processes. The first process writes the seeds, and the second process
 * runs Jazzer.
 */
final class FuzzRun {
  private static final String ENTRY = "io.unipin.tests.fuzz.FuzzEntry";
  private static final Pattern EXECUTED =
      Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final int HANG_SECONDS = 30;
  private static final String SANITIZERS = "com.code_intelligence.jazzer.sanitizers.";

  /**
   * Jazzer's checks that are switched off. The check of Unsafe fails inside Netty, so Netty could
   * not start. The check of SQL parses each statement with a grammar that does not accept DuckDB's
   * SQL. This check is not needed, because a mapping is SQL on purpose and its session is locked.
   * The check of connections refuses the connections of a target to its own server.
   */
  private static final String OFF =
      Stream.of("UnsafeSanitizer", "SqlInjection", "ServerSideRequestForgery")
          .map(SANITIZERS::concat)
          .collect(Collectors.joining(File.pathSeparator));

  private final FuzzPlan plan;
  private final String classPath;
  private final Path folder;

  /**
   * Creates a run of one target.
   *
   * @param folder folder for corpus, findings and output
   */
  FuzzRun(FuzzPlan plan, String classPath, Path folder) {
    this.plan = plan;
    this.classPath = classPath;
    this.folder = folder.resolve(plan.target());
  }

  /**
   * The result of fuzzing one target.
   *
   * @param crashes number of findings; an unexpected end of the process counts as a finding
   * @param hangs number of inputs that exceeded the time limit
   * @param evidence folder of findings and output
   */
  record Outcome(FuzzPlan plan, long executions, int crashes, int hangs, Path evidence) {
    boolean isShort() {
      return executions < plan.leastExecutions();
    }
  }

  /** Fuzzes for the time of a share, multiplied by the plan's number of shares. */
  Outcome run(Duration share) throws IOException, InterruptedException {
    Duration time = share.multipliedBy(plan.share());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    Path output = folder.resolve("output.txt");
    if (start(List.of(ENTRY, plan.target(), corpus.toString()), output).waitFor() != 0) {
      throw new CommandException("the seeds of " + plan.target() + " can't be written: " + output);
    }
    Process jazzer = start(arguments(time, corpus), output);
    try {
      boolean ended = jazzer.waitFor(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
      return outcome(ended ? jazzer.exitValue() : -1, output);
    } finally {
      jazzer.destroyForcibly();
    }
  }

  /**
   * Feeds one input to the target under the checks of a run, and prints Jazzer's output. Returns
   * whether the target handles the input without a finding.
   */
  boolean replay(Path input) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Process jazzer = jvm(jazzer(input.toAbsolutePath().toString())).inheritIO().start();
    try {
      return jazzer.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS) && jazzer.exitValue() == 0;
    } finally {
      jazzer.destroyForcibly();
    }
  }

  private List<String> arguments(Duration time, Path corpus) {
    return jazzer(
        "-max_total_time=" + time.toSeconds(),
        "-max_len=" + plan.maxBytes(),
        "-print_final_stats=1",
        corpus.toString());
  }

  /**
   * Returns a command line of Jazzer. If {@code more} names a folder, Jazzer runs the folder's
   * inputs and mutations of them. If it names a file, Jazzer runs only the file's input.
   */
  private List<String> jazzer(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + ENTRY,
                "--target_args=" + plan.target(),
                "--instrumentation_includes=io.unipin.**",
                "--disabled_hooks=" + OFF,
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=" + HANG_SECONDS,
                "-rss_limit_mb=0"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Process start(List<String> arguments, Path output) throws IOException {
    return jvm(arguments).redirectOutput(Redirect.appendTo(output.toFile())).start();
  }

  private ProcessBuilder jvm(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx768m",
            "-XX:MaxDirectMemorySize=512m",
            "-XX:+UseSerialGC",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
            "-cp",
            classPath));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putIfAbsent("UNIPIN_LOG_LEVEL", "ERROR");
    return builder;
  }

  private Outcome outcome(int exit, Path output) throws IOException {
    String text = Files.readString(output, StandardCharsets.ISO_8859_1);
    Matcher executed = EXECUTED.matcher(text);
    long executions = executed.find() ? Long.parseLong(executed.group(1)) : 0;
    int hangs = artifacts("timeout-");
    int crashes = artifacts("crash-") + artifacts("oom-");
    if (exit != 0 && hangs + crashes == 0) {
      crashes = 1; // the process failed without saving an input
    }
    return new Outcome(plan, executions, crashes, hangs, folder);
  }

  private int artifacts(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int)
          files.filter(file -> String.valueOf(file.getFileName()).startsWith(prefix)).count();
    }
  }
}
