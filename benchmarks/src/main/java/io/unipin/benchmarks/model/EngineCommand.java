package io.unipin.benchmarks.model;

import io.unipin.benchmarks.headline.Headline;
import io.unipin.benchmarks.headline.HeadlineSide;
import io.unipin.benchmarks.headline.HeadlineWorld;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.benchmarks.scheduling.CallOrders;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.model.EngineOptions;
import io.unipin.model.Precision;
import io.unipin.model.engine.Implementation;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the native engine with the TorchScript program of the model. */
@Command(
    name = "engine",
    description = {
      "Compares engine.implementation NATIVE with PROGRAM, in float32 and, if the processor has"
          + " AVX512_VNNI, in int8: the processor time of each pass, and pages per second of the"
          + " headline's session traffic (512x200, user KV).",
      "Then compares admission.order COST with ARRIVAL, at 80 percent of a server's capacity, half"
          + " of whose pages are of new users: the p99 of hits and of prefills, and the calls that"
          + " are late only in the order of cost."
    },
    footer = {"", "Example:", "  ./unipin bench engine --json engine.json --quick"})
public final class EngineCommand implements Callable<Integer> {
  private static final int HISTORY = 512;
  private static final int CANDIDATES = 200;
  private static final int CALLERS = 4;
  private static final double MOST_QPS = 250;

  /**
   * Number of users whose passes are measured in turn, so that a user's keys and values are no
   * longer in a processor cache.
   */
  private static final int USERS = 16;

  private static final List<String> PASSES =
      List.of("encode_512", "append_8", "append_2", "score_200", "queries_3");

  /** A part of the benchmark. */
  enum Part {
    /** Compares the implementations by their passes and by pages per second. */
    IMPLEMENTATION,
    /** Compares the orders in which waiting calls run. */
    SCHEDULING
  }

  @Option(
      names = "--only",
      paramLabel = "PART",
      description = "Measure only this part: ${COMPLETION-CANDIDATES}.")
  private @Nullable Part only;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Object> results = new LinkedHashMap<>();
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    if (only != Part.SCHEDULING) {
      implementations(results, settings);
    }
    if (only != Part.IMPLEMENTATION) {
      scheduling(results, settings);
    }
    options.write("engine", settings, results, spec.commandLine().getOut());
    return 0;
  }

  /** Compares the implementations, and prints the figures. */
  private void implementations(Map<String, Object> results, Map<String, Object> settings)
      throws IOException, InterruptedException {
    int rounds = options.quick() ? 3 : 7;
    int passRounds = options.quick() ? 3 * USERS : 8 * USERS;
    Duration length = Duration.ofSeconds(options.quick() ? 5 : 8);
    PassClock clock = PassClock.find();
    Table table = new Table("", "program", "native", "program / native");
    List<Precision> precisions = precisions();
    long steps = precisions.size() * (rounds + 1L);
    try (Progress progress = Progress.begin("engine", steps);
        ScratchFolder folder = ScratchFolder.create("engine")) {
      HeadlineWorld world =
          new HeadlineWorld(folder.path().resolve("bundles"), HISTORY, CANDIDATES);
      world.publish(folder.path());
      for (Precision precision : precisions) {
        long before = precisions.indexOf(precision) * (rounds + 1L);
        progress.at(before, steps, "passes in " + precision);
        passes(precision, passRounds, clock, results, table);
        Pages pages = new Pages(new double[rounds], new double[rounds]);
        measure(
            pages,
            side(precision, Implementation.PROGRAM, world, folder.path()),
            side(precision, Implementation.NATIVE, world, folder.path()),
            length,
            round -> progress.at(before + round + 2, steps, "pages in " + precision));
        pages.put(results, precision);
        table.row(name(precision, "pages per second"), "", "", pages.ratio().text());
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.print(out);
    out.println("ratios: median over alternating rounds (quartiles); of pages: native / program");
    settings.put("model", BenchModel.shape(HISTORY));
    settings.put("size", HISTORY + "x" + CANDIDATES);
    settings.put("users", USERS);
    settings.put("rounds", rounds);
    settings.put("pass_rounds", passRounds);
    settings.put("seconds_per_round", length.toSeconds());
    settings.put("clock", clock.label());
  }

  /** Returns the precisions in which the native engine computes on this processor. */
  private static List<Precision> precisions() {
    return NativeEngine.unsupported(BenchModel.shape(HISTORY), MatrixType.INT8).isEmpty()
        ? List.of(Precision.FLOAT32, Precision.INT8)
        : List.of(Precision.FLOAT32);
  }

  /** Returns the suffix of a figure's key. The suffix is empty for float32. */
  private static String suffix(Precision precision) {
    return precision == Precision.INT8 ? "_int8" : "";
  }

  /** Compares the orders of waiting calls, and prints the figures. */
  private void scheduling(Map<String, Object> results, Map<String, Object> settings)
      throws IOException, InterruptedException {
    CallOrders.Effort effort = CallOrders.Effort.of(options.quick());
    Map<String, Object> figures = new LinkedHashMap<>();
    try (Progress progress = Progress.begin("scheduling", effort.rounds() + 1L)) {
      CallOrders.measure(
          effort, figures, (done, note) -> progress.at(done, effort.rounds() + 1L, note));
    }
    PrintWriter out = spec.commandLine().getOut();
    figures.forEach((key, value) -> out.println(key + ": " + value));
    results.putAll(figures);
    settings.put("scheduling_rounds", effort.rounds());
    settings.put("scheduling_seconds_per_phase", effort.length().toSeconds());
    settings.put("scheduling_load", CallOrders.LOAD);
    settings.put("scheduling_deadline_ms", CallOrders.DEADLINE.toMillis());
  }

  private static void passes(
      Precision precision, int rounds, PassClock clock, Map<String, Object> results, Table table)
      throws IOException {
    ModelConfig config = BenchModel.shape(HISTORY);
    EngineOptions options = EngineOptions.cpu(precision);
    String suffix = suffix(precision);
    try (BenchModel program = BenchModel.open(config, options);
        BenchModel engine =
            BenchModel.open(config, options.withImplementation(Implementation.NATIVE))) {
      requireNative(engine.engine());
      results.put("engine" + suffix, engine.engine());
      Map<String, Runnable> sides = new LinkedHashMap<>();
      List<BenchModel.User> users = new ArrayList<>();
      try {
        add(program, "program ", users, sides);
        add(engine, "native ", users, sides);
        Rounds times = Rounds.run(rounds, sides, clock.nanos());
        for (String pass : PASSES) {
          Spread slow = times.seconds("program " + pass);
          Spread fast = times.seconds("native " + pass);
          Spread ratio = times.ratio("program " + pass, "native " + pass);
          results.put(pass + "_ms_program" + suffix, 1e3 * slow.median());
          results.put(pass + "_ms_native" + suffix, 1e3 * fast.median());
          results.put(pass + "_ratio" + suffix, ratio.median());
          results.put(pass + "_ratio_spread" + suffix, ratio.toJson());
          table.row(name(precision, pass), milliseconds(slow), milliseconds(fast), ratio.text());
        }
        results.put(
            "append_vs_prefill_native" + suffix,
            times.ratio("native append_8", "native encode_512").median());
        results.put(
            "append_vs_prefill_program" + suffix,
            times.ratio("program append_8", "program encode_512").median());
      } finally {
        users.forEach(BenchModel.User::close);
      }
    }
  }

  private static String milliseconds(Spread seconds) {
    return String.format(Locale.ROOT, "%.2f ms", 1e3 * seconds.median());
  }

  private static void add(
      BenchModel model, String side, List<BenchModel.User> users, Map<String, Runnable> sides) {
    int first = users.size();
    for (int i = 0; i < USERS; i++) {
      users.add(model.user(HISTORY, CANDIDATES));
    }
    List<BenchModel.User> own = List.copyOf(users.subList(first, users.size()));
    int[] turn = new int[PASSES.size()];
    List<Consumer<BenchModel.User>> passes =
        List.of(
            BenchModel.User::encode,
            user -> user.append(8),
            user -> user.append(2),
            BenchModel.User::score,
            BenchModel.User::queries);
    for (int i = 0; i < PASSES.size(); i++) {
      int pass = i;
      sides.put(side + PASSES.get(i), () -> passes.get(pass).accept(own.get(turn[pass]++ % USERS)));
    }
  }

  private static void requireNative(String engine) {
    if (engine.equals("program")) {
      throw new IllegalStateException(
          "a processor that the native engine supports expected: the log names what is missing");
    }
  }

  private static String name(Precision precision, String figure) {
    return precision.name().toLowerCase(Locale.ROOT) + " " + figure;
  }

  /** Pages per second in each round. */
  private record Pages(double[] program, double[] engine) {

    /** Returns the native engine's pages per second, divided by the program's pages per second. */
    Spread ratio() {
      double[] ratios = new double[program.length];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = engine[i] / program[i];
      }
      return Spread.of(ratios);
    }

    void put(Map<String, Object> results, Precision precision) {
      String suffix = suffix(precision);
      results.put("pages_per_second_program" + suffix, Spread.of(program).median());
      results.put("pages_per_second_native" + suffix, Spread.of(engine).median());
      results.put("pages_ratio" + suffix, ratio().median());
      results.put("pages_ratio_spread" + suffix, ratio().toJson());
    }
  }

  private static Supplier<HeadlineSide> side(
      Precision precision, Implementation implementation, HeadlineWorld world, Path folder) {
    return () ->
        HeadlineSide.start(
            HeadlineSide.Kind.ONE_MODEL_USER,
            world,
            folder,
            "engine.precision=" + precision,
            "engine.implementation=" + implementation);
  }

  private static void measure(
      Pages pages,
      Supplier<HeadlineSide> first,
      Supplier<HeadlineSide> second,
      Duration length,
      IntConsumer done)
      throws InterruptedException {
    try (HeadlineSide program = first.get();
        HeadlineSide engine = second.get()) {
      program.traffic().rehearse(CALLERS, Headline.REHEARSAL);
      engine.traffic().rehearse(CALLERS, Headline.REHEARSAL);
      for (int round = 0; round < pages.program.length; round++) {
        pages.program[round] = program.traffic().saturate(CALLERS, length, MOST_QPS).qps();
        pages.engine[round] = engine.traffic().saturate(CALLERS, length, MOST_QPS).qps();
        done.accept(round);
      }
    }
  }
}
