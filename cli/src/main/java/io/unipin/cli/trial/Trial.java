package io.unipin.cli.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.cli.console.Failures;
import io.unipin.cli.console.Folders;
import io.unipin.cli.console.Home;
import io.unipin.cli.demo.DemoHistories;
import io.unipin.cli.demo.DemoServer;
import io.unipin.cli.demo.DemoUser;
import io.unipin.cli.demo.Guide;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a trial: files, feed log, training, server, page. Then runs a longer training in the
 * background, and puts its model in service if it is better.
 */
final class Trial {
  private static final int CONSOLE_USERS = 300;

  private final Home home;
  private final TrialSettings settings;
  private final Guide guide;
  private final Map<String, Object> results = new LinkedHashMap<>();

  Trial(Home home, TrialSettings settings, Guide guide) {
    this.home = home;
    this.settings = settings;
    this.guide = guide;
  }

  /** Receives the figures after the first page was shown. */
  interface Report {
    void take(Map<String, Object> results) throws IOException;
  }

  void run(Report report) throws IOException, InterruptedException {
    Folders.fresh(settings.work());
    Path bundle = settings.work().resolve("bundles").resolve("first");
    Files.createDirectories(bundle.getParent());
    TrialData data = new TrialData(settings, guide);
    FeedLog log = data.prepare();
    results.putAll(data.results());
    results.put("users", log.users());
    results.put("items", log.catalogue().size());
    results.put("actions", log.actions());
    TrialRecipe recipe = new TrialRecipe(log);
    TrialUser user = TrialUser.choose(log, recipe.holdout(), settings.pageOf());
    TrialTraining training = new TrialTraining(home, settings, data.folder(), recipe);

    guide.stop("A small model");
    int seconds = settings.clock().seconds(guide.seconds());
    guide.say("It trains for about %d s; a better one follows later.", seconds);
    results.put("training_s", seconds);
    JsonNode trained = training.first(bundle, seconds);
    JsonNode evaluation = trained.path("evaluation");
    TrialTraining.show(evaluation, recipe.isByTime(), guide);
    if (!TrialTraining.isAbovePopularity(evaluation)) {
      guide.say(
          "The model is not above popularity: the data is small, or the order of items says"
              + " little.");
    }
    results.put("epochs", trained.path("epochs"));
    results.put("evaluation", evaluation);
    results.put("above_popularity", TrialTraining.isAbovePopularity(evaluation));
    serve(log, user, bundle, training, recipe, report);
  }

  private void serve(
      FeedLog log,
      TrialUser user,
      Path bundle,
      TrialTraining training,
      TrialRecipe recipe,
      Report report)
      throws IOException, InterruptedException {
    guide.stop("A page");
    try (DemoServer server = DemoServer.start(home, utility(log), bundle, settings.work());
        UniPinClient client = UniPinClient.connect(server.address())) {
      user.record(client);
      results.put("page", new TrialPage(log, user, guide).show(client, recipe.holdout()));
      results.put("first_page_s", guide.seconds());
      guide.say("first page after %d s", guide.seconds());
      report.take(results);
      if (!settings.once()) {
        stay(log, user, client, server, bundle, training, report);
      }
    }
  }

  /** Keeps the server up, and puts a better model in service when there is one. */
  private void stay(
      FeedLog log,
      TrialUser user,
      UniPinClient client,
      DemoServer server,
      Path bundle,
      TrialTraining training,
      Report report)
      throws IOException, InterruptedException {
    guide.stop("Try it yourself");
    List<DemoUser> others = new ArrayList<>();
    for (int row = 0; row < log.users() && others.size() < CONSOLE_USERS; row++) {
      if (row != user.row() && log.actionStart(row + 1) > log.actionStart(row)) {
        others.add(new DemoUser(log, row, 0));
      }
    }
    if (!others.isEmpty()) {
      guide.say("%s", new DemoHistories(client, others).record());
    }
    guide.say("console:  %s/  (act on items, and watch the page change)", server.console());
    guide.say("ask it:   ./unipin request --user '%s' --address %s", user.id(), server.address());
    guide.say(
        "shell:    ./unipin shell --user '%s' --address %s --admin %s --console %s",
        user.id(), server.address(), server.adminAddress(), server.console());
    guide.say("stop it:  Ctrl-C");
    guide.say("A longer training goes on in the background.");
    improve(server, bundle, training, report);
    while (!Thread.currentThread().isInterrupted()) {
      Thread.sleep(1000);
    }
  }

  private void improve(DemoServer server, Path bundle, TrialTraining training, Report report)
      throws InterruptedException {
    orServeOn(guide, () -> swapIfBetter(server, bundle, training, report));
    guide.out().flush();
  }

  /** Looks for a better model. */
  interface Improvement {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Runs an improvement. If the improvement fails, this method prints a warning, and the first
   * model stays in service.
   */
  static void orServeOn(Guide guide, Improvement improvement) throws InterruptedException {
    try {
      improvement.run();
    } catch (IOException | RuntimeException e) {
      guide.say("warning: %s; the first model goes on serving", Failures.line(e));
    }
  }

  private void swapIfBetter(DemoServer server, Path bundle, TrialTraining training, Report report)
      throws IOException, InterruptedException {
    Path better = bundle.resolveSibling("second");
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress())) {
      JsonNode evaluation = training.second(better, bundle).path("evaluation");
      double before = ndcg(results.get("evaluation"));
      double after = ndcg(evaluation);
      results.put("second", evaluation);
      results.put("swapped", after > before);
      if (after > before) {
        admin.loadBundle("second");
        guide.say("A better model serves: NDCG@10 %s instead of %s.", text(after), text(before));
      } else {
        guide.say(
            "The longer training found no better model (NDCG@10 %s, before %s): the first goes on"
                + " serving.",
            text(after), text(before));
      }
      report.take(results);
    }
  }

  private static double ndcg(@Nullable Object evaluation) {
    return evaluation instanceof JsonNode node ? node.path("ndcg10").asDouble(0) : 0;
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /**
   * Returns a settings file with utility weights for likes and dislikes, if the data has ratings;
   * null otherwise.
   */
  private @Nullable Path utility(FeedLog log) throws IOException {
    if (!log.schema().actions().equals(List.of("rate", "like", "dislike"))) {
      return null;
    }
    Path file = settings.work().resolve("serve.yaml");
    Files.writeString(file, "ranking:\n  utilityWeights: {rate: 0.3, like: 1, dislike: -1}\n");
    return file;
  }
}
