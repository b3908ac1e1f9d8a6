package io.unipin.benchmarks.items;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.simulator.LiveFeed;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A server whose model is retrained on the pages that the server has served. Items can be put into
 * the running server. Not thread-safe.
 */
final class LoopedServer implements AutoCloseable {
  private static final int PAGE = 10;
  private static final int PUT_BATCH = 500;

  private final Home home;
  private final Path work;
  private final List<String> settings;
  private final List<String> training;
  private Path bundle;
  private Running running;
  private int requests;

  /** A running server with its clients. */
  private record Running(BenchServer server, UniPinClient pages, UniPinAdminClient admin)
      implements AutoCloseable {
    @Override
    public void close() {
      pages.close();
      admin.close();
      server.close();
    }
  }

  /**
   * Starts a server.
   *
   * @param work folder for everything that the server writes
   * @param settings settings of the server
   * @param training options of each training
   */
  LoopedServer(Home home, Path bundle, Path work, List<String> settings, List<String> training)
      throws IOException, InterruptedException {
    this.home = home;
    this.bundle = bundle;
    this.work = work;
    this.settings = new ArrayList<>(settings);
    this.settings.add("servedLog.enabled=true");
    this.settings.add("servedLog.folder=\"" + work.resolve("served") + '"');
    this.training = training;
    this.running = start();
  }

  private Running start() throws IOException, InterruptedException {
    BenchServer server = BenchServer.beside(bundle, work, settings);
    return new Running(
        server,
        UniPinClient.connect(server.address()),
        UniPinAdminClient.connect(server.adminAddress()));
  }

  /** Answers a visit. Returns the ids of the page's items. */
  long[] page(LiveFeed.Visit visit) {
    return running
        .pages()
        .retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setRequestId("r" + requests++)
                .setPageSize(PAGE)
                .setUser(
                    UserContext.newBuilder()
                        .setUserId(visit.user())
                        .setTimeMs(visit.timeMs())
                        .setSurface(visit.surface()))
                .build())
        .getItemsList()
        .stream()
        .mapToLong(ScoredItem::getItemId)
        .toArray();
  }

  /** Records a user's reactions to some pages as actions. */
  void record(String userId, List<WeekLog.Shown> pages) {
    UserActions.Builder user = UserActions.newBuilder().setUserId(userId);
    for (WeekLog.Shown page : pages) {
      for (LiveFeed.Reaction reaction : page.reactions()) {
        user.addActions(
            Action.newBuilder()
                .setItemId(reaction.item())
                .addAllActions(reaction.actions())
                .setSurface(page.visit().surface())
                .setTimeMs(reaction.timeMs())
                .setEventId(reaction.timeMs() + "/" + reaction.item()));
      }
    }
    if (user.getActionsCount() > 0) {
      running.pages().recordActions(RecordActionsRequest.newBuilder().addUsers(user).build());
    }
  }

  /** Puts new items into the server. */
  void put(List<CatalogueItem> items) {
    for (int from = 0; from < items.size(); from += PUT_BATCH) {
      running
          .admin()
          .putItems(
              items.subList(from, Math.min(items.size(), from + PUT_BATCH)).stream()
                  .map(LoopedServer::item)
                  .toList());
    }
  }

  private static Item item(CatalogueItem of) {
    return ManyItems.message(of).toBuilder()
        .setCategory(of.category())
        .setCreatedMs(of.createdMs())
        .build();
  }

  /**
   * Exports the served pages and actions as a feed log, trains the next model on the log, and
   * serves this model.
   */
  void retrain(int day) throws IOException, InterruptedException {
    running.close();
    Path log = work.resolve("log");
    ChildProcess.run(
        home,
        List.of(
            "export",
            "--served",
            work.resolve("served").toString(),
            "--bundle",
            bundle.toString(),
            "--items",
            work.resolve("history-items").toString(),
            "--out",
            log.toString()));
    Path next = work.resolve("bundles").resolve("day" + day);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                log.toString(),
                "--out",
                next.toString(),
                "--warm-start",
                bundle.toString()));
    arguments.addAll(training);
    ChildProcess.run(home, arguments);
    bundle = next;
    running = start();
  }

  @Override
  public void close() {
    running.close();
  }
}
