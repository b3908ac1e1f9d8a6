package io.unipin.benchmarks.scheduling;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.unipin.cli.loadtest.Pace;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Requests pages from one server. Some users are cached. The other users are new: each of them
 * requests one page, and the request contains the user's history. Histories of all users are
 * equally long. Not thread-safe.
 */
final class MixedPages implements AutoCloseable {
  static final int CACHED_USERS = 32;

  private static final int HISTORIES = 64;
  private static final int CALLERS = 4;
  private static final long MINUTE_MS = 60_000;
  private static final long START_MS = 1_700_000_000_000L;

  private final ManagedChannel channel;
  private final List<History> histories = new ArrayList<>();
  private final Pace pace = Pace.ofSystem();
  private int runs;

  /**
   * Connects to a server and makes it encode the histories of the cached users.
   *
   * @param length number of actions of a history
   * @param items number of the bundle's items, whose ids begin at 0
   */
  MixedPages(String address, int length, int items) {
    channel = Channels.to(address, ClientSecurity.NONE).directExecutor().build();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < HISTORIES; i++) {
      histories.add(history(length, items, random));
    }
    UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(channel);
    for (int user = 0; user < CACHED_USERS; user++) {
      List<Action> actions = histories.get(user % HISTORIES).getActionsList();
      UserActions.Builder known =
          UserActions.newBuilder().setUserId(cached(user)).addAllActions(actions);
      stub.recordActions(RecordActionsRequest.newBuilder().addUsers(known).build());
      stub.retrieveAndRank(hit(user));
    }
  }

  private static History history(int length, int items, SplittableRandom random) {
    History.Builder history = History.newBuilder();
    for (int i = 0; i < length; i++) {
      history.addActions(
          Action.newBuilder()
              .setItemId(random.nextInt(items))
              .addActions("click")
              .setTimeMs(START_MS + i * MINUTE_MS)
              .setEventId("event" + i));
    }
    return history.build();
  }

  private static String cached(int user) {
    return "cached-" + user;
  }

  private static RetrieveAndRankRequest hit(int user) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(cached(user)))
        .build();
  }

  private RetrieveAndRankRequest prefill(int run, int user) {
    UserContext.Builder context =
        UserContext.newBuilder()
            .setUserId("new-" + run + "-" + user)
            .setHistory(histories.get(user % HISTORIES));
    return RetrieveAndRankRequest.newBuilder().setUser(context).build();
  }

  /**
   * Lets a few callers request pages without a pause. Every second page is for a new user.
   *
   * @return pages per second
   */
  double saturate(Duration length) throws InterruptedException {
    int run = runs++;
    AtomicInteger turn = new AtomicInteger();
    UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(channel);
    long begin = System.nanoTime();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        running.add(
            callers.submit(
                () -> {
                  while (System.nanoTime() - begin < length.toNanos()) {
                    int page = turn.getAndIncrement();
                    int user = page / 2;
                    stub.retrieveAndRank(
                        page % 2 == 0 ? hit(user % CACHED_USERS) : prefill(run, user));
                  }
                }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a page for every request expected", e);
    } finally {
      callers.shutdownNow();
    }
    return turn.get() / ((System.nanoTime() - begin) / 1e9);
  }

  /**
   * Requests each page at its planned time, whether or not earlier pages have arrived. Waits for
   * all pages.
   *
   * @return what became of the pages, in the order of the plan
   */
  List<ServedPage> play(List<PlannedPage> plan, Duration deadline) throws InterruptedException {
    int run = runs++;
    AtomicReferenceArray<@Nullable ServedPage> served = new AtomicReferenceArray<>(plan.size());
    CountDownLatch open = new CountDownLatch(plan.size());
    UniPinGrpc.UniPinStub stub = UniPinGrpc.newStub(channel);
    long begin = pace.nanos();
    for (int i = 0; i < plan.size(); i++) {
      PlannedPage page = plan.get(i);
      RetrieveAndRankRequest request = page.hit() ? hit(page.user()) : prefill(run, page.user());
      long at = begin + page.atNanos();
      pace.awaitNanos(at);
      stub.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
          .retrieveAndRank(request, new End(served, i, at, open));
    }
    open.await();
    List<ServedPage> pages = new ArrayList<>();
    for (int i = 0; i < plan.size(); i++) {
      pages.add(Objects.requireNonNull(served.get(i)));
    }
    return pages;
  }

  /** Notes what became of one page. */
  private record End(
      AtomicReferenceArray<@Nullable ServedPage> served, int index, long at, CountDownLatch open)
      implements StreamObserver<RetrieveAndRankResponse> {
    @Override
    public void onNext(RetrieveAndRankResponse page) {
      Served report = page.getServed();
      served.set(
          index,
          new ServedPage(
              System.nanoTime() - at, true, report.getCache(), report.getDegradationsCount() > 0));
    }

    @Override
    public void onError(Throwable t) {
      served.set(index, ServedPage.failed(System.nanoTime() - at));
      open.countDown();
    }

    @Override
    public void onCompleted() {
      open.countDown();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
