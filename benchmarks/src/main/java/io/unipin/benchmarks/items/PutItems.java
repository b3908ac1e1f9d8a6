package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.Latencies;
import io.unipin.cli.loadtest.Pace;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts a hundred items a second. One item in fifty is a copy of a visitor's recent item. This copy
 * is watched: the visitor requests pages of items that appeared since the put, until a page has the
 * copy. Thread-safe.
 */
final class PutItems {
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WATCH_EVERY = 50;
  private static final int WATCHED_PAGE = 100;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final double NANOS_PER_MILLI = 1e6;

  private final Pace pace = Pace.ofSystem();
  private final UniPinAdminClient admin;
  private final UniPinClient pages;
  private final Visitors visitors;
  private final long firstId;
  private final Random random = new Random(5);
  private final Latencies visible = new Latencies();
  private final AtomicInteger unseen = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private int put;

  /** Prepares puts. The put items get the ids from {@code firstId} on. */
  PutItems(UniPinAdminClient admin, UniPinClient pages, Visitors visitors, long firstId) {
    this.admin = admin;
    this.pages = pages;
    this.visitors = visitors;
    this.firstId = firstId;
  }

  /** A run that puts items until it is closed. */
  final class Run implements AutoCloseable {
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final ExecutorService putter = Executors.newSingleThreadExecutor();
    private final ExecutorService watchers = Executors.newCachedThreadPool();

    private Run() {
      putter.execute(this::putSteadily);
    }

    private void putSteadily() {
      long due = System.nanoTime();
      while (going.get()) {
        pace.awaitNanos(due);
        due += EVERY_NANOS;
        long id = firstId + put;
        if (put++ % WATCH_EVERY == 0) {
          int visitor = put / WATCH_EVERY % visitors.count();
          long createdMs = System.currentTimeMillis();
          long begun = System.nanoTime();
          if (send(id, visitors.recent(visitor, random), createdMs)) {
            watchers.execute(() -> watch(visitor, id, createdMs, begun));
          }
        } else {
          CatalogueItem like = visitors.any(random);
          send(id, like, like.createdMs() == FeedLog.NO_TIME ? 0 : like.createdMs());
        }
      }
    }

    @Override
    public void close() {
      going.set(false);
      putter.shutdown();
      try {
        putter.awaitTermination(1, TimeUnit.MINUTES);
        watchers.shutdown();
        watchers.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  Run begin() {
    return new Run();
  }

  private boolean send(long id, CatalogueItem like, long createdMs) {
    Item.Builder item =
        Item.newBuilder()
            .setId(id)
            .setTitle("copy of " + like.title())
            .setCategory(like.category())
            .setAuthor(like.author())
            .setCreatedMs(createdMs);
    for (float number : like.content()) {
      item.addContent(number);
    }
    try {
      List<ItemVerdict> verdicts = admin.putItems(List.of(item.build()));
      if (verdicts.get(0).getOutcome() == ItemVerdict.Outcome.ADDED) {
        return true;
      }
    } catch (RequestException e) {
      // the line below the catch counts the item as failed, as if the server had refused it
    }
    failed.incrementAndGet();
    return false;
  }

  private void watch(int visitor, long id, long createdMs, long begun) {
    RetrieveAndRankRequest newest = visitors.newest(visitor, createdMs, WATCHED_PAGE);
    while (System.nanoTime() - begun < PATIENCE_NANOS) {
      try {
        if (pages.retrieveAndRank(newest).getItemsList().stream()
            .anyMatch(item -> item.getItemId() == id)) {
          visible.add((System.nanoTime() - begun) / NANOS_PER_MILLI);
          return;
        }
      } catch (RequestException e) {
        // the next attempt may be answered
      }
      pace.awaitNanos(System.nanoTime() + EVERY_NANOS);
    }
    unseen.incrementAndGet();
  }

  /** Returns the times from a put to the first page that has the item. */
  Latencies visible() {
    return visible;
  }

  /** Returns the number of watched items that no page had within five seconds. */
  int unseen() {
    return unseen.get();
  }

  int failed() {
    return failed.get();
  }

  int put() {
    return put;
  }
}
