package io.unipin.cli.loadtest;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.CommandException;
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
          + " users afterwards. Ctrl-C ends the run early; these users are then erased, too. The"
          + " exit status is 1 if users remain.",
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

  @Mixin private RateOptions rates;

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
    Times.parse("--p99", p99);
    Times.parse("--duration", duration);
    Times.parse("--warm-up", warmUp);
    Times.parse("--deadline", deadline);
    rates.check();
    if (connections < 1 || pageSize < 0 || candidates < 0) {
      throw new CheckException(
          "--connections of 1 or more, --page-size and --candidates of 0 or more expected, got %s, %s and %s"
              .formatted(connections, pageSize, candidates));
    }
  }

  @Override
  public Integer call() throws IOException {
    FeedLog log = replay == null ? null : FeedLogReader.read(replay, 0);
    Traffic traffic =
        visits.traffic(log == null ? visits.users() : Math.min(visits.users(), log.users()));
    LoadRun.Settings settings =
        new LoadRun.Settings(
            traffic,
            vocabulary ->
                log == null
                    ? Histories.madeUp(traffic.history(), vocabulary)
                    : Histories.replayed(log),
            arrivals,
            Times.parse("--p99", p99).toNanos() / 1e6,
            seconds("--warm-up", warmUp),
            seconds("--duration", duration),
            Times.parse("--deadline", deadline),
            seed);
    GrpcTarget.Call call =
        new GrpcTarget.Call(pageSize, candidates, Times.parse("--deadline", deadline));
    ClientSecurity security = connection.security();
    try (UniPinClient client = UniPinClient.connect(address, security);
        GrpcTarget target = new GrpcTarget(address, security, connections, call)) {
      RunUsers users = new RunUsers(client);
      try (StopHook hook = StopHook.add(StopHook.PATIENCE, () -> warnOf(users))) {
        play(settings, users, client, target, hook);
      }
      users
          .remaining(address)
          .ifPresent(
              line -> {
                throw new CommandException(line);
              });
    }
    return 0;
  }

  /** Plays all steps, shows their results, and then erases the users. */
  private void play(
      LoadRun.Settings settings,
      RunUsers users,
      UniPinClient client,
      GrpcTarget target,
      StopHook hook)
      throws IOException {
    boolean played = false;
    try (LoadRun run = LoadRun.begin(settings, users, client, target, hook::isStopped)) {
      playSteps(run, settings);
      played = true;
    } finally {
      if (!played) {
        warnOf(users);
      }
    }
  }

  private void warnOf(RunUsers users) {
    users.remaining(address).ifPresent(spec.commandLine().getErr()::println);
  }

  /**
   * Plays all steps, and shows their results. If a step fails, shows the results of the steps before
   * it.
   */
  private void playSteps(LoadRun run, LoadRun.Settings settings) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    double bound = settings.p99BoundMs();
    List<StepResult> steps = new ArrayList<>();
    try (Progress progress = Progress.begin("loadtest", 100)) {
      rates.play(
          rate -> {
            StepResult step = run.step(rate, progress);
            steps.add(step);
            return step;
          },
          bound);
    } finally {
      if (!steps.isEmpty()) {
        new LoadReport(bound, steps).print(out);
      }
    }
    write(new LoadReport(bound, steps), describe(settings.traffic(), run.served()), out);
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

  private Map<String, Object> describe(Traffic traffic, Served served) {
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
    settings.put("warm_up_seconds", seconds("--warm-up", warmUp));
    settings.put("step_seconds", seconds("--duration", duration));
    settings.put("deadline", deadline);
    settings.put("seed", seed);
    settings.put("bundle", served.getBundle());
    settings.put("index", served.getIndex());
    settings.put("server_config", served.getConfig());
    return settings;
  }

  private static double seconds(String option, String text) {
    return Times.parse(option, text).toNanos() / 1e9;
  }
}
