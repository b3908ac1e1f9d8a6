package io.unipin.benchmarks.fuzz;

import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Fuzzes all code that reads input from outside. */
@Command(
    name = "fuzz",
    description = {
      "Passes inputs that Jazzer makes to all code that reads outside input: requests, cursors,"
          + " files, settings, HTTP.",
      "An input that breaks a reader ends the run of this target. The input and the stack trace"
          + " are kept in a folder that the output names.",
      "To make such an input a test, put it under src/test/resources/fuzz/TARGET."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin bench fuzz --minutes 30 --json fuzz.json",
      "  ./unipin bench fuzz --target mapping --replay crash-0a1b"
    })
public final class FuzzCommand implements Callable<Integer> {
  private static final int QUICK_MINUTES = 8;
  private static final int AT_ONCE = 2;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "Time for all targets together; two targets run at a time. Default: ${DEFAULT-VALUE}.")
  private int minutes;

  @Option(names = "--quick", description = "Take eight minutes.")
  private boolean quick;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Fuzz only this target. The option may be repeated.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Feed this input alone to the target, and print the stack trace if it breaks.")
  @Input(Input.Kind.FILE)
  private @Nullable Path replay;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  /** Returns the names of all targets. */
  public static List<String> targets() {
    return FuzzPlan.targets();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<FuzzPlan> plans = plans();
    String classPath = System.getenv("UNIPIN_TEST_CLASSPATH");
    if (classPath == null) {
      throw new CommandException("a start by ./unipin expected: it compiles what is fuzzed");
    }
    Path work = Files.createTempDirectory("unipin-fuzz");
    if (replay != null) {
      return replay(new FuzzRun(plans.get(0), classPath, work), replay);
    }
    int all = quick ? QUICK_MINUTES : minutes;
    Duration share = share(plans, Duration.ofMinutes(all));
    List<FuzzRun.Outcome> outcomes = run(plans, classPath, work, share);
    report(outcomes, all, share);
    boolean sound = outcomes.stream().allMatch(outcome -> outcome.crashes() + outcome.hangs() == 0);
    return sound ? 0 : 1;
  }

  private int replay(FuzzRun run, Path input) throws IOException, InterruptedException {
    boolean sound = run.replay(input);
    String what = sound ? "is read or refused as it should be" : "breaks the target";
    spec.commandLine().getOut().printf("%s: %s %s%n", only.get(0), input, what);
    return sound ? 0 : 1;
  }

  /**
   * Returns the length of one share of the time. A target is fuzzed for {@link FuzzPlan#share} such
   * shares. Neither all targets together nor a single target may take longer than {@code all}.
   */
  private static Duration share(List<FuzzPlan> plans, Duration all) {
    int shares = plans.stream().mapToInt(FuzzPlan::share).sum();
    int most = plans.stream().mapToInt(FuzzPlan::share).max().orElse(1);
    return all.multipliedBy(AT_ONCE).dividedBy(Math.max(shares, AT_ONCE * most));
  }

  private List<FuzzPlan> plans() {
    if (minutes < 1) {
      throw new ParameterException(
          spec.commandLine(), "--minutes: at least 1 expected, got " + minutes);
    }
    if (replay != null && only.size() != 1) {
      throw new ParameterException(
          spec.commandLine(), "--replay: one --target expected, got " + only.size());
    }
    for (String name : only) {
      if (!targets().contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "--target: one of %s expected, got %s".formatted(targets(), name));
      }
    }
    return Arrays.stream(FuzzPlan.values())
        .filter(plan -> only.isEmpty() || only.contains(plan.target()))
        .toList();
  }

  private static List<FuzzRun.Outcome> run(
      List<FuzzPlan> plans, String classPath, Path work, Duration share)
      throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    List<FuzzRun.Outcome> outcomes = new ArrayList<>();
    try (Progress progress = Progress.begin("fuzzing", plans.size())) {
      List<Future<FuzzRun.Outcome>> runs =
          plans.stream()
              .sorted(Comparator.comparingInt(FuzzPlan::share).reversed())
              .map(plan -> pool.submit(() -> new FuzzRun(plan, classPath, work).run(share)))
              .toList();
      for (Future<FuzzRun.Outcome> run : runs) {
        outcomes.add(run.get());
        progress.at(outcomes.size(), plans.size(), run.get().plan().target());
      }
    } catch (ExecutionException e) {
      throw new CommandException(String.valueOf(e.getCause()));
    } finally {
      pool.shutdownNow();
    }
    outcomes.sort(Comparator.comparing(FuzzRun.Outcome::plan));
    return outcomes;
  }

  private void report(List<FuzzRun.Outcome> outcomes, int all, Duration share) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> targets = new LinkedHashMap<>();
    for (FuzzRun.Outcome outcome : outcomes) {
      out.printf(
          Locale.ROOT,
          "%-14s %,12d executions, %s crashes, %s hangs%s%n",
          outcome.plan().target(),
          outcome.executions(),
          outcome.crashes(),
          outcome.hangs(),
          note(outcome));
      targets.put(
          outcome.plan().target(),
          Map.of(
              "seconds", share.multipliedBy(outcome.plan().share()).toSeconds(),
              "executions", outcome.executions(),
              "least_executions", outcome.plan().leastExecutions(),
              "crashes", outcome.crashes(),
              "hangs", outcome.hangs()));
    }
    if (json != null) {
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("crashes", outcomes.stream().mapToInt(FuzzRun.Outcome::crashes).sum());
      results.put("hangs", outcomes.stream().mapToInt(FuzzRun.Outcome::hangs).sum());
      results.put("short_targets", outcomes.stream().filter(FuzzRun.Outcome::isShort).count());
      results.put("targets", targets);
      Map<String, Object> settings =
          Map.of("minutes", all, "seconds_per_target", share.toSeconds(), "at_once", AT_ONCE);
      new Figures("fuzz", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }

  private static String note(FuzzRun.Outcome outcome) {
    if (outcome.crashes() + outcome.hangs() > 0) {
      return ": see " + outcome.evidence();
    }
    return outcome.isShort()
        ? String.format(Locale.ROOT, " (at least %,d expected)", outcome.plan().leastExecutions())
        : "";
  }
}
