package io.unipin.benchmarks.kvcache;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.benchmarks.measure.Sections;
import io.unipin.benchmarks.quality.DataSet;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import io.unipin.kvcache.KvType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the cost and the hit rate of the user KV cache, and compares it with alternatives. */
@Command(
    name = "kv-cache",
    description =
        "Measures the user KV cache: acquire, put and append compared with other stores, hit rates"
            + " compared with other policies, reading users from files and from Redis compared with"
            + " encoding them,"
            + " the quality that int8 loses, and what a stress test leaves behind.",
    footer = {"", "Example:", "  ./unipin bench kv-cache --json kv-cache.json --quick"})
public final class KvCacheCommand implements Callable<Integer> {
  private static final double BUDGET = 0.1;
  private static final double[] BUDGETS = {0.02, 0.05, 0.1, 0.2, 0.5};
  private static final int USERS = 1_000_000;
  private static final double SKEW = 0.7;
  private static final long PAGE_MS = 60_000;

  /** The parts of the benchmark. */
  enum Section {
    OPERATIONS,
    MODEL,
    TIER,
    QUALITY,
    TRAFFIC,
    CHAOS
  }

  @Mixin private BenchOptions options;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SECTION",
      description = "Measure only these parts: ${COMPLETION-CANDIDATES}.")
  private Set<Section> only = EnumSet.noneOf(Section.class);

  @Spec private CommandSpec spec;

  private final Map<String, Object> results = new LinkedHashMap<>();
  private final Map<String, Object> seconds = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    PrintWriter out = spec.commandLine().getOut();
    PassClock clock = PassClock.find();
    Sections.measure(
        "kv-cache",
        Section.values(),
        only,
        section -> {
          long begin = System.nanoTime();
          switch (section) {
            case OPERATIONS -> operations();
            case MODEL -> model(clock);
            case TIER -> tier();
            case QUALITY -> quality(home);
            case TRAFFIC -> traffic(home);
            case CHAOS -> chaos();
          }
          seconds.put(Sections.key(section), (System.nanoTime() - begin) / 1e9);
        });
    print(out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("clock_of_passes", clock.label());
    settings.put("budget_share", BUDGET);
    settings.put("simulated_users", USERS);
    settings.put("seconds", seconds);
    options.write("kv-cache", settings, results, out);
    return 0;
  }

  private void operations() {
    JmhRun run = new JmhRun(options.quick() ? 500 : 1_000, options.quick() ? 3 : 5);
    Map<String, Object> stores = new LinkedHashMap<>();
    for (String store : JmhRun.STORES) {
      Map<String, Object> row = new LinkedHashMap<>();
      JmhRun.Cost acquire = run.run("acquire", store, 1);
      JmhRun.Cost both = run.run("acquire", store, 2);
      double perSecond = 2e9 / both.nanos();
      row.put("acquire", acquire.toJson());
      row.put("acquire_ops_per_s_2_threads", perSecond);
      row.put("put", run.run("put", store, 1).toJson());
      row.put("append", run.run("append", store, 1).toJson());
      stores.put(store, row);
      if (store.equals(JmhRun.STORES.get(0))) {
        results.put("acquire_hit_ns", acquire.nanos());
        results.put("acquire_hit_bytes", acquire.bytes());
        results.put("acquire_ops_per_s_2_threads", perSecond);
      }
    }
    results.put("stores", stores);
  }

  private void model(PassClock clock) throws IOException {
    try (KvModelCosts costs = new KvModelCosts(options.quick() ? 7 : 25, clock.nanos())) {
      results.put("engine", costs.engine());
      results.put("append_vs_prefill", costs.appendVsPrefill().median());
      results.put("int8_bytes_ratio", costs.bytesRatio(KvType.INT8));
      results.put("types", costs.byType());
      results.put("by_history", costs.byLength());
    }
  }

  private void tier() throws IOException, InterruptedException {
    Map<String, KvTierCosts.Costs> tiers = new KvTierCosts(options.quick() ? 15 : 51).measure();
    Map<String, Object> program = new LinkedHashMap<>();
    Map<String, Object> engine = new LinkedHashMap<>();
    Map<String, Object> figures = new LinkedHashMap<>();
    tiers.forEach(
        (tier, costs) -> {
          program.put(tier, costs.byProgram());
          engine.put(tier, costs.byEngine());
          figures.put(tier, costs.figures());
        });
    // The target for reloads refers to encoding by the program. The native engine encodes faster.
    results.put("reload_vs_prefill", program);
    results.put("reload_vs_prefill_native", engine);
    results.put("tier", figures);
  }

  private void quality(Home home) throws IOException, InterruptedException {
    KvQuality quality = new KvQuality(home, options.quick());
    Map<String, Object> sets = quality.run();
    results.put("int8_ndcg_loss_bound", quality.worst()[0]);
    results.put("int8_auc_loss_bound", quality.worst()[1]);
    results.put("quality", sets);
  }

  private void traffic(Home home) throws IOException {
    List<Map<String, Object>> tables = new ArrayList<>();
    Trace simulated = Trace.sessions(USERS, options.quick() ? 300_000 : 1_000_000, SKEW, 1);
    Map<String, Object> head = traffic(simulated, BUDGET);
    results.put("hit_rate", head.get("hit_rate"));
    results.put("hit_rate_lru", head.get("hit_rate_lru"));
    results.put("hit_rate_lfu", head.get("hit_rate_lfu"));
    tables.add(head);
    if (!options.quick()) {
      for (double share : BUDGETS) {
        if (share != BUDGET) {
          tables.add(traffic(simulated, share));
        }
      }
    }
    for (Trace replayed : replays(home)) {
      for (double share : options.quick() ? new double[] {BUDGET} : BUDGETS) {
        tables.add(traffic(replayed, share));
      }
    }
    results.put("traffic", tables);
  }

  private static List<Trace> replays(Home home) throws IOException {
    Path data = DataSet.folder(home);
    List<Trace> traces = new ArrayList<>();
    Path kuai = data.resolve("kuairand-pure/impressions.tsv.gz");
    if (Files.exists(kuai)) {
      traces.add(Trace.replay("kuairand-pure", kuai, "user_id", "time_ms", PAGE_MS));
    }
    Path trivago = data.resolve("trivago/actions.tsv.gz");
    if (Files.exists(trivago)) {
      traces.add(Trace.replay("trivago", trivago, "user_id", "timestamp", PAGE_MS / 1000));
    }
    return traces;
  }

  private static Map<String, Object> traffic(Trace trace, double share) {
    Policies policies = new Policies(trace, share);
    Policies.Outcome ours = policies.ours();
    Policies.Outcome lru = policies.leastRecentlyUsed();
    Policies.Outcome lfu = policies.leastFrequentlyUsed(false);
    Policies.Outcome lfuThatRemembers = policies.leastFrequentlyUsed(true);
    int places = (int) (share * trace.userCount());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("trace", trace.name());
    row.put("requests", trace.size());
    row.put("users", trace.userCount());
    row.put("budget_share", share);
    row.put("budget_bytes", policies.budgetBytes());
    row.put("hit_rate", ours.hitRate());
    row.put("hit_rate_lru", lru.hitRate());
    row.put("hit_rate_lfu", Math.max(lfu.hitRate(), lfuThatRemembers.hitRate()));
    row.put("hit_rate_of_room_for_all", (double) trace.repeats() / trace.size());
    row.put("saved_share", ours.savedShare());
    row.put("saved_share_lru", lru.savedShare());
    row.put("uncached", ours.uncached());
    row.put("equal_sizes_hit_rate", policies.oursEqualSizes(places));
    row.put("equal_sizes_hit_rate_lru", policies.leastRecentlyUsedEqualSizes(places));
    row.put("equal_sizes_hit_rate_belady", policies.belady(places));
    return row;
  }

  private void chaos() {
    Chaos.Result left = new Chaos(options.quick() ? 1_000_000 : 10_000_000).run();
    results.put("fragmentation", left.fragmentation());
    results.put("leaked_bytes", left.leakedBytes());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("operations", left.operations());
    row.put("seconds", left.seconds());
    left.stats().reasons().forEach((reason, count) -> row.put(Sections.key(reason), count));
    left.stats().departures().forEach((cause, count) -> row.put(Sections.key(cause), count));
    row.put("refreshes", left.stats().refreshes());
    results.put("chaos", row);
  }

  private void print(PrintWriter out) {
    Table table = new Table("figure", "value");
    results.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            table.row(name, String.format(Locale.ROOT, "%.4g", number.doubleValue()));
          }
        });
    table.print(out);
  }
}
