package io.unipin.serving.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.unipin.kvcache.UserKvCache;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.Priority;
import io.unipin.serving.admission.Work;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.experiment.ShadowConfig;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers copies of page requests with another bundle, and measures how the answers differ. Its
 * work runs after all waiting live requests. If {@code admission.order} is COST, the shadow waits
 * for these requests for a bounded time only.
 *
 * <p>The shadow changes no live answer. Its pipeline has its own cache. The shadow writes no
 * history, no log and no cursor that a caller sees.
 *
 * <p>A copy is dropped and counted when there is no spare capacity. That is the case when {@code
 * server.queue} is half full, or half of another bound of admission is used up ({@link
 * Priority#SHADOW}). It is also the case when the copies that wait or are being answered would take
 * more than {@code shadow.transientBudget} bytes. Thread-safe.
 */
public final class Shadow {
  private static final Logger logger = LoggerFactory.getLogger(Shadow.class);
  private static final int COUNTERS = 4096;

  /** Bytes that the id of an item of the live page takes in a set. */
  private static final int ITEM_BYTES = 72;

  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ShadowConfig config;
  private final Admission admission;
  private final Parts parts;
  private final ServingMetrics metrics;
  private final int maxPageSize;

  /**
   * The number of erasures for each hash of a user id. Users whose ids have the same hash share a
   * number.
   */
  private final AtomicLongArray erasures = new AtomicLongArray(COUNTERS);

  /** Bytes of the copies that wait or are being answered. */
  private final AtomicLong copiedBytes = new AtomicLong();

  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /** The parts that answer copies. The server's own answers use none of these parts. */
  public record Parts(BundleHolder bundles, Recommender recommender, UserKvCache cache) {}

  public Shadow(
      ShadowConfig config,
      Admission admission,
      Parts parts,
      ServingMetrics metrics,
      int maxPageSize) {
    this.config = config;
    this.admission = admission;
    this.parts = parts;
    this.metrics = metrics;
    this.maxPageSize = maxPageSize;
  }

  /** Queues a copy of a request that was answered with the page. */
  void copy(RetrieveAndRankRequest request, PageQuery live, Page page) {
    if (!config.enabled() || !config.copies(live.user().id())) {
      return;
    }
    long bytes = request.getSerializedSize() + (long) ITEM_BYTES * page.items().size();
    if (!takes(bytes)) {
      metrics.shadow().failed(label(FailureKind.OVERLOADED));
      return;
    }
    boolean admitted = false;
    try {
      Copy copy = Copy.of(request, live, erasures.get(counter(live.user().id())));
      Set<Long> items = page.items().stream().map(RankedItem::id).collect(Collectors.toSet());
      BooleanSupplier task = () -> answerAndGive(copy, items, bytes);
      admission.admit(new Work("shadow", Priority.SHADOW, config.timeout(), task));
      admitted = true;
    } catch (ServingException e) {
      metrics.shadow().failed(label(e.kind()));
    } finally {
      if (!admitted) {
        copiedBytes.addAndGet(-bytes);
      }
    }
  }

  private boolean takes(long bytes) {
    if (copiedBytes.addAndGet(bytes) <= config.transientBudget().bytes()) {
      return true;
    }
    copiedBytes.addAndGet(-bytes);
    return false;
  }

  private boolean answerAndGive(Copy copy, Set<Long> live, long bytes) {
    try {
      return answer(copy, live);
    } finally {
      copiedBytes.addAndGet(-bytes);
    }
  }

  /**
   * A request that the shadow will answer. While it waits it is kept encoded, because its object
   * may take many times the memory.
   *
   * @param nowMs time of the live answer in milliseconds since the epoch
   * @param erasures number of the user's erasures when the request was copied
   */
  private record Copy(String user, ByteString encoded, long nowMs, long erasures) {
    static Copy of(RetrieveAndRankRequest request, PageQuery live, long erasures) {
      UserInput user = live.user();
      return new Copy(user.id(), request.toByteString(), user.timeMs(), erasures);
    }

    RetrieveAndRankRequest request() throws InvalidProtocolBufferException {
      return RetrieveAndRankRequest.parseFrom(encoded);
    }
  }

  /** Erases a user, including waiting copies of the user's requests. */
  public boolean erase(String user) {
    erasures.incrementAndGet(counter(user));
    return parts.cache().erase(user) > 0;
  }

  private static int counter(String user) {
    return Math.floorMod(user.hashCode(), COUNTERS);
  }

  private boolean isErased(Copy copy) {
    return erasures.get(counter(copy.user())) != copy.erasures();
  }

  /** Answers a copy of a request. Returns whether the shadow gave an answer. */
  private boolean answer(Copy copy, Set<Long> live) {
    if (isErased(copy)) {
      return false;
    }
    Deadline deadline = new Deadline(System.nanoTime() + config.timeout().toNanos());
    StageClock clock = new StageClock(deadline, System::nanoTime);
    try (BundleLease lease = parts.bundles().acquire()) {
      RequestReader reader =
          new RequestReader(RequestReader.Schema.of(lease.bundle()), maxPageSize, copy.nowMs());
      Page page =
          parts.recommender().retrieveAndRank(lease.bundle(), reader.page(copy.request()), clock);
      long nanos = clock.spent().values().stream().mapToLong(Long::longValue).sum();
      metrics.shadow().answered(label(page.trace().cache()), nanos, overlap(page.items(), live));
      return true;
    } catch (Throwable e) {
      metrics.shadow().failed(label(ServingException.of(e).kind()));
      log(e);
    } finally {
      if (isErased(copy)) {
        parts.cache().erase(copy.user());
      }
    }
    return false;
  }

  /**
   * Returns the share of the live page that the shadow's page holds as well; 1 for an empty live
   * page.
   */
  private static double overlap(List<RankedItem> items, Set<Long> live) {
    long both = items.stream().filter(item -> live.contains(item.id())).count();
    return live.isEmpty() ? 1 : (double) both / live.size();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Logs failures at long intervals, because the same cause often makes every copy fail. */
  private void log(Throwable failure) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
      logger.warn("a copy for the shadow failed", failure);
    }
  }

  /** A deadline in nanoseconds of {@link System#nanoTime}. */
  private record Deadline(long nanos) implements CallBudget {
    @Override
    public void check() {
      if (remaining().isZero()) {
        throw new ServingException(FailureKind.DEADLINE, "the copy's time is used up");
      }
    }

    @Override
    public Duration remaining() {
      return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }
  }
}
