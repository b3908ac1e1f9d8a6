package io.unipin.benchmarks.device;

import io.unipin.benchmarks.load.ClosedLoop;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The pages of one server, and how many it answers per second. The compared servers serve the same
 * bundle, and get the same users and requests.
 *
 * @param answers the first page of each compared user
 * @param coldPerSecond pages per second for users whose histories the server has to encode
 * @param warmPerSecond pages per second for users whose keys and values the server has
 */
record DevicePages(
    List<RetrieveAndRankResponse> answers, double coldPerSecond, double warmPerSecond) {
  private static final int COMPARED = 32;
  private static final int HISTORIES_AT_ONCE = 16;
  private static final long MINUTE_MS = 60_000;
  private static final long START_MS = 1_700_000_000_000L;
  private static final long WARM_UP_SECONDS = 5;

  /**
   * The difference between the answers of two servers.
   *
   * @param shared share of one server's items that the other server shows to the same user
   * @param probability largest difference between the two servers' probabilities of such an item
   */
  record Difference(double shared, double probability) {}

  /**
   * The amount of load. {@code users} is the number of cold users, {@code history} the number of
   * actions of each user.
   */
  record Load(int callers, int users, int history, int items, long seconds) {}

  static DevicePages of(UniPinClient client, Load load) throws InterruptedException {
    record(client, "compared", COMPARED, load);
    List<String> compared = names("compared", COMPARED);
    List<RetrieveAndRankResponse> answers = new ArrayList<>();
    for (String user : compared) {
      answers.add(ask(client, user, load));
    }
    ClosedLoop.pagesPerSecond(client, load.callers(), compared, WARM_UP_SECONDS);
    double warm = ClosedLoop.pagesPerSecond(client, load.callers(), compared, load.seconds());
    record(client, "cold", load.users(), load);
    return new DevicePages(answers, once(client, names("cold", load.users()), load), warm);
  }

  /** Requests one page of each user, and returns the number of pages per second. */
  private static double once(UniPinClient client, List<String> users, Load load)
      throws InterruptedException {
    List<Callable<RetrieveAndRankResponse>> calls =
        users.stream()
            .map(user -> (Callable<RetrieveAndRankResponse>) () -> ask(client, user, load))
            .toList();
    ExecutorService pool = Executors.newFixedThreadPool(load.callers());
    try {
      long begin = System.nanoTime();
      for (Future<RetrieveAndRankResponse> page : pool.invokeAll(calls)) {
        page.get();
      }
      return users.size() / ((System.nanoTime() - begin) / 1e9);
    } catch (ExecutionException e) {
      throw new IllegalStateException("every user's page expected", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static List<String> names(String group, int count) {
    return IntStream.range(0, count).mapToObj(i -> group + i).toList();
  }

  /**
   * Records the histories of a group of users. A user of the same name gets the same history on
   * each server.
   */
  private static void record(UniPinClient client, String group, int count, Load load) {
    Random random = new Random(group.hashCode());
    RecordActionsRequest.Builder request = RecordActionsRequest.newBuilder();
    for (String user : names(group, count)) {
      UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
      for (int i = 0; i < load.history(); i++) {
        actions.addActions(
            Action.newBuilder()
                .setItemId(random.nextInt(load.items()))
                .addActions("click")
                .setTimeMs(START_MS + i * MINUTE_MS)
                .setEventId("h" + i));
      }
      request.addUsers(actions);
      if (request.getUsersCount() == HISTORIES_AT_ONCE) {
        client.recordActions(request.build());
        request.clear();
      }
    }
    if (request.getUsersCount() > 0) {
      client.recordActions(request.build());
    }
  }

  private static RetrieveAndRankResponse ask(UniPinClient client, String user, Load load) {
    UserContext context =
        UserContext.newBuilder()
            .setUserId(user)
            .setTimeMs(START_MS + load.history() * MINUTE_MS)
            .build();
    return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
  }

  Difference from(DevicePages other) {
    int items = 0;
    int shared = 0;
    double largest = 0;
    for (int user = 0; user < answers.size(); user++) {
      Map<Long, ScoredItem> expected = byId(other.answers.get(user));
      for (ScoredItem item : answers.get(user).getItemsList()) {
        items++;
        ScoredItem same = expected.get(item.getItemId());
        if (same != null) {
          shared++;
          largest = Math.max(largest, difference(item, same));
        }
      }
    }
    return new Difference((double) shared / items, largest);
  }

  private static Map<Long, ScoredItem> byId(RetrieveAndRankResponse page) {
    Map<Long, ScoredItem> items = new TreeMap<>();
    page.getItemsList().forEach(item -> items.put(item.getItemId(), item));
    return items;
  }

  private static double difference(ScoredItem one, ScoredItem other) {
    double largest = 0;
    for (Map.Entry<String, Float> action : one.getProbabilitiesMap().entrySet()) {
      float same = other.getProbabilitiesOrThrow(action.getKey());
      largest = Math.max(largest, Math.abs(action.getValue() - same));
    }
    return largest;
  }
}
