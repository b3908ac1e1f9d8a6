package io.unipin.cli.demo;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Failures;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Simultaneous visits of many users, in a closed loop: each caller waits for its answer before its
 * next request.
 *
 * <p>A visit consists of a page, the next page, an action on an item of the first page, and a third
 * page.
 */
final class Burst {
  private final List<UniPinClient> clients;
  private final List<DemoUser> users;
  private final String action;
  private final int callers;

  /**
   * Creates a burst that has not begun.
   *
   * @param clients connections, which the callers use in turn
   * @param callers number of simultaneous visits
   */
  Burst(List<UniPinClient> clients, List<DemoUser> users, int callers) {
    this.clients = clients;
    this.users = users;
    this.callers = callers;
    this.action = users.get(0).log().schema().positives().get(0);
  }

  BurstResult run(Duration length) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    long begin = System.nanoTime();
    long end = begin + length.toNanos();
    try {
      List<Future<BurstResult.Recorder>> running = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        int caller = i;
        running.add(pool.submit(() -> call(caller, end)));
      }
      BurstResult.Recorder all = new BurstResult.Recorder();
      for (Future<BurstResult.Recorder> caller : running) {
        all.add(caller.get());
      }
      return all.result((System.nanoTime() - begin) / 1e9);
    } catch (ExecutionException e) {
      throw new CommandException(
          "a request of the burst failed: "
              + Failures.line(e.getCause() == null ? e : e.getCause()),
          e);
    } finally {
      pool.shutdownNow();
    }
  }

  private BurstResult.Recorder call(int caller, long end) {
    BurstResult.Recorder recorder = new BurstResult.Recorder();
    Random random = new Random(caller);
    UniPinClient client = clients.get(caller % clients.size());
    for (int visit = 0; System.nanoTime() - end < 0; visit++) {
      // Each caller has users of its own, so the visits of one user never overlap.
      int row = caller + callers * random.nextInt(Math.max(1, users.size() / callers));
      DemoUser user = users.get(Math.min(row, users.size() - 1));
      RetrieveAndRankResponse page = page(client, recorder, user, "");
      page(client, recorder, user, page.getNextPageCursor());
      if (page.getItemsCount() > 0) {
        act(client, user, page.getItems(0).getItemId(), "burst-" + caller + "-" + visit);
        page(client, recorder, user, "");
      }
    }
    return recorder;
  }

  private static RetrieveAndRankResponse page(
      UniPinClient client, BurstResult.Recorder recorder, DemoUser user, String cursor) {
    UserContext.Builder context =
        UserContext.newBuilder().setUserId(user.id()).setTimeMs(user.visitMs());
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder().setUser(context).setPageCursor(cursor).build();
    long begin = System.nanoTime();
    RetrieveAndRankResponse response = client.retrieveAndRank(request);
    recorder.record(System.nanoTime() - begin, response.getServed());
    return response;
  }

  private void act(UniPinClient client, DemoUser user, long item, String event) {
    client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(
                UserActions.newBuilder()
                    .setUserId(user.id())
                    .addActions(
                        Action.newBuilder()
                            .setItemId(item)
                            .addActions(action)
                            .setTimeMs(user.visitMs())
                            .setEventId(event)))
            .build());
  }
}
