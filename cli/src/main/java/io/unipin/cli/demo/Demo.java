package io.unipin.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Folders;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Machine;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the demo from end to end. Training and serving run in processes of their own, as in
 * production.
 */
final class Demo {
  private static final int MOST_USERS = 1000;
  private static final int CONNECTIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Home home;
  private final DemoSettings settings;
  private final Guide guide;
  private final Map<String, Object> results = new LinkedHashMap<>();

  Demo(Home home, DemoSettings settings, Guide guide) {
    this.home = home;
    this.settings = settings;
    this.guide = guide;
  }

  Figures run() throws IOException, InterruptedException {
    Machine machine = Machine.describe();
    guide.out().println("UniPin: from a feed log to a ranked feed");
    guide.say("%s, %d cores, %s", machine.cpu(), machine.cores(), machine.memory());
    guide.say("everything this makes is in %s", settings.work());
    Folders.fresh(settings.work());
    Path bundle = settings.work().resolve("bundles").resolve("demo");
    Files.createDirectories(bundle.getParent());

    DemoData data = new DemoData(home, settings, guide);
    FeedLog log = data.prepare();
    DemoTraining training = new DemoTraining(home, settings, guide, data.folder());
    results.put("training", training.train(bundle));
    results.put("evaluation", training.evaluate(bundle));
    serve(log, bundle);

    guide.out().println();
    guide.out().printf("Done in %s s.%n", guide.seconds());
    results.put("seconds", guide.seconds());
    return new Figures("demo", settings.figures(), results);
  }

  private void serve(FeedLog log, Path bundle) throws IOException, InterruptedException {
    guide.stop("The server");
    Path config = home.recipe(settings.recipe(), "serve.yaml").orElse(null);
    try (DemoServer server = DemoServer.start(home, config, bundle, settings.work())) {
      guide.say("process %d serves the bundle on %s", server.pid(), server.address());
      List<UniPinClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          clients.add(UniPinClient.connect(server.address()));
        }
        play(log, bundle, server, clients);
      } finally {
        clients.forEach(UniPinClient::close);
      }
      if (settings.keep()) {
        server.keep();
        guide.stop("The server stays up");
        guide.say(
            "ask it:     ./unipin request --user %s --address %s", log.user(0), server.address());
        guide.say("metrics:    %s", server.metrics());
        guide.say("stop it:    kill %d", server.pid());
      }
    }
  }

  private void play(FeedLog log, Path bundle, DemoServer server, List<UniPinClient> clients)
      throws IOException, InterruptedException {
    JsonNode model = new ObjectMapper().readTree(bundle.resolve("model/config.json").toFile());
    List<DemoUser> users = DemoUser.choose(log, model.get("maxHistory").asInt(), MOST_USERS);
    DemoHistories histories = new DemoHistories(clients.get(0), users);
    guide.say("%s", histories.record());
    guide.say("%s", histories.warmUp());

    FeedTour tour = new FeedTour(guide, clients.get(0), users.get(0));
    results.putAll(tour.run());
    List<DemoUser> others = users.subList(Math.min(1, users.size() - 1), users.size());
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress())) {
      ConsoleInspector inspector = new ConsoleInspector(server.console());
      NewItemScene scene = new NewItemScene(guide, clients.get(0), admin, inspector, PATIENCE);
      results.put("new_item", scene.play(tour.visitor(), others));
    }
    burst(others, clients);
  }

  private void burst(List<DemoUser> users, List<UniPinClient> clients) throws InterruptedException {
    guide.stop("A burst");
    int callers = 2 * Runtime.getRuntime().availableProcessors();
    guide.say(
        "%d callers for %d s, each in a closed loop of visits: a page, the next page, an action, a page.",
        callers, settings.burstSeconds());
    BurstResult burst =
        new Burst(clients, users, callers).run(Duration.ofSeconds(settings.burstSeconds()));
    guide.show(BurstText.summary(burst));
    guide.say("RetrieveAndRank calls by what the user's cache did, and mean time per stage:");
    guide.show(BurstText.cache(burst));
    guide.show(BurstText.stages(burst));
    guide.say("Callers and server share these cores, and callers that wait ask for less;");
    guide.say("these are impressions of the path, no measurement of the server's limits.");
    results.put("burst", burst.figures());
    results.put("stages_ms", burst.stagesMs());
  }
}
