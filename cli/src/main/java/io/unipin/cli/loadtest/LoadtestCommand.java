package io.unipin.cli.loadtest;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.server.ConnectionOptions;
import io.unipin.client.ClientSecurity;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.proto.v1.Served;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Plays feed sessions against a server at growing rates, and finds the highest rate that it
 * sustains.
 */
@Command(
    name = "loadtest",
    description = {
      "Plays feed sessions against a server in an open loop, at growing rates, and finds the"
          + " highest rate that keeps p99 under a bound.",
      "",
      "The load test records histories of users that exist only for this run, and erases these"
          + " users afterwards.",
      "A distribution is written like 5, uniform:2:8, geometric:5, exponential:2 or"
          + " lognormal:60:1."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin loadtest --address localhost:9090 --p99 50ms",
      "  ./unipin loadtest --address feed:9090 --steps 20,40,80 --history 512 --html load.html --json load.json",
      "  ./unipin loadtest --replay feedlog --users 1000 --html load.html"
    })
public final class LoadtestCommand implements Callable<Integer>, Checked {
  @Option(
      names = "--address",
      defaultValue = "localhost:9090",
      paramLabel = "HOST:PORT",
      description = "The server. Default: ${DEFAULT-VALUE}.")
  private String address;

  @Option(
      names = "--p99",
      defaultValue = "100ms",
      paramLabel = "TIME",
      description = "The bound for p99. Default: ${DEFAULT-VALUE}.")
  private String p99;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "QPS",
      description = "Rates to play, in pages per second. Default: search for the highest rate.")
  private @Nullable List<Double> rates;

  @Option(
      names = "--start",
      defaultValue = "5",
      paramLabel = "QPS",
      description = "First rate of the search. Default: ${DEFAULT-VALUE}.")
  private double start;

  @Option(
      names = "--growth",
      defaultValue = "1.6",
      paramLabel = "X",
      description = "Factor between rates of the search. Default: ${DEFAULT-VALUE}.")
  private double growth;

  @Option(
      names = "--refine",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Number of steps between the highest rate that the server sustained and the lowest rate"
              + " that it did not. Default: ${DEFAULT-VALUE}.")
  private int refine;

  @Option(
      names = "--duration",
      defaultValue = "15s",
      paramLabel = "TIME",
      description = "Measured time of a step. Default: ${DEFAULT-VALUE}.")
  private String duration;

  @Option(
      names = "--warm-up",
      defaultValue = "5s",
      paramLabel = "TIME",
      description =
          "Time of load before the measured time, in every step. Default: ${DEFAULT-VALUE}.")
  private String warmUp;

  @Option(
      names = "--deadline",
      defaultValue = "2s",
      paramLabel = "TIME",
      description = "Deadline of a call. Default: ${DEFAULT-VALUE}.")
  private String deadline;

  @Option(
      names = "--arrivals",
      defaultValue = "POISSON",
      description = "How sessions begin: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Arrivals arrivals;

  @Option(
      names = "--connections",
      defaultValue = "4",
      paramLabel = "N",
      description = "Number of connections to the server. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--replay",
      paramLabel = "DIR",
      description =
          "Record the histories of this feed log's users instead of random histories. There are at"
              + " most as many users as in the log.")
  @Input(Input.Kind.FEED_LOG)
  private @Nullable Path replay;

  @Option(
      names = "--page-size",
      defaultValue = "0",
      paramLabel = "N",
      description = "Number of items of a page; 0 means the server's default.")
  private int pageSize;

  @Option(
      names = "--candidates",
      defaultValue = "0",
      paramLabel = "N",
      description = "Number of candidates to score; 0 means the server's default.")
  private int candidates;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Seed of users, times and actions. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with charts there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path html;

  @Mixin private TrafficOptions visits;
  @Mixin private ConnectionOptions connection;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    visits.traffic(visits.users());
    for (String text : List.of(p99, duration, warmUp, deadline)) {
      Times.parse(text);
    }
    new SaturationSearch(start, growth, refine);
    if (connections < 1 || pageSize < 0 || candidates < 0) {
      throw new CheckException(
          "--connections of 1 or more, --page-size and --candidates of 0 or more expected, got %s, %s and %s"
              .formatted(connections, pageSize, candidates));
    }
    for (double rate : rates == null ? List.<Double>of() : rates) {
      if (!(rate > 0 && Double.isFinite(rate))) {
        throw new CheckException("--steps: positive rates expected, got " + rate);
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    FeedLog log = replay == null ? null : FeedLogReader.read(replay, 0);
    Traffic traffic =
        visits.traffic(log == null ? visits.users() : Math.min(visits.users(), log.users()));
    double bound = Times.parse(p99).toNanos() / 1e6;
    LoadRun.Settings settings =
        new LoadRun.Settings(
            traffic,
            vocabulary ->
                log == null
                    ? Histories.madeUp(traffic.history(), vocabulary)
                    : Histories.replayed(log),
            arrivals,
            bound,
            seconds(warmUp),
            seconds(duration),
            Times.parse(deadline),
            seed);
    PrintWriter out = spec.commandLine().getOut();
    List<StepResult> steps = new ArrayList<>();
    Map<String, Object> described = describe(traffic);
    GrpcTarget.Call call = new GrpcTarget.Call(pageSize, candidates, Times.parse(deadline));
    ClientSecurity security = connection.security();
    try (UniPinClient client = UniPinClient.connect(address, security);
        GrpcTarget target = new GrpcTarget(address, security, connections, call);
        Progress progress = Progress.begin("loadtest", 100);
        LoadRun run = LoadRun.begin(settings, client, target, progress)) {
      Served served = run.served();
      described.put("bundle", served.getBundle());
      described.put("index", served.getIndex());
      described.put("server_config", served.getConfig());
      if (rates != null) {
        for (double rate : rates) {
          steps.add(run.step(rate));
        }
      } else {
        SaturationSearch search = new SaturationSearch(start, growth, refine);
        for (OptionalDouble next = search.next(); next.isPresent(); next = search.next()) {
          StepResult step = run.step(next.getAsDouble());
          steps.add(step);
          search.tried(next.getAsDouble(), step.keeps(bound));
        }
      }
    }
    LoadReport report = new LoadReport(bound, steps);
    report.print(out);
    write(report, described, out);
    return 0;
  }

  private void write(LoadReport report, Map<String, Object> settings, PrintWriter out)
      throws IOException {
    if (json != null) {
      new Figures("loadtest", settings, report.toJson()).write(json, Home.find().root());
      out.println("figures: " + json);
    }
    if (html != null) {
      OutputFile.write(html, new LoadPage(report, settings).render());
      out.println("charts: " + html);
    }
  }

  private Map<String, Object> describe(Traffic traffic) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("address", address);
    settings.put("arrivals", arrivals.name().toLowerCase(Locale.ROOT));
    settings.put("connections", connections);
    settings.put("users", traffic.users());
    settings.put("zipf", traffic.zipf());
    settings.put("new_users", traffic.newUsers());
    settings.put("pages", traffic.pages().toString());
    settings.put("actions", traffic.actions().toString());
    settings.put("think_seconds", traffic.thinkSeconds().toString());
    settings.put(
        "history", replay == null ? traffic.history().toString() : "replayed from " + replay);
    settings.put("page_size", pageSize);
    settings.put("candidates", candidates);
    settings.put("warm_up_seconds", seconds(warmUp));
    settings.put("step_seconds", seconds(duration));
    settings.put("deadline", deadline);
    settings.put("seed", seed);
    return settings;
  }

  private static double seconds(String text) {
    return Times.parse(text).toNanos() / 1e9;
  }
}
