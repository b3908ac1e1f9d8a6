package io.unipin.serving.pipeline.cost;

import io.unipin.kvcache.ReloadChoice;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether a user's rows of keys and values are read from a tier below the cache or encoded.
 * It chooses what took less time in the measurements so far. Each tier has its own measurements.
 * Thread-safe.
 *
 * <p>A tier is asked what it holds only if the answer is expected before the rows could be encoded.
 * A request waits for a tier about as long as encoding the rows would take, and never longer than
 * half of the time that the request has left. Sometimes the tier gives no answer in this time, or a
 * read brings no rows. The time of such an attempt counts as a measurement only if it is longer
 * than expected, because a request with little time tells nothing about the tier. A read is also
 * refused if its expected time is longer than the time that the request has left. If all questions
 * or reads were refused for a second, one request asks or reads anyway, so that a wrong estimate is
 * corrected.
 */
public final class ReloadCosts {
  /** The first answers and reads of a process load classes, so their times are not counted. */
  private static final int UNCOUNTED = 2;

  /**
   * A request with enough time waits at least this long for a tier, even if it could encode the
   * rows sooner.
   */
  private static final long LEAST_PATIENCE_NANOS = Duration.ofMillis(20).toNanos();

  private final Map<String, OfTier> tiers = new ConcurrentHashMap<>();

  /** The measured times of one tier. */
  private static final class OfTier {
    private final Times answers = new Times();

    /** Times of reads, by the number of bytes read. */
    private final Times reads = new Times();
  }

  private static final class Times {
    private final SizedCosts costs = new SizedCosts();
    private final AtomicInteger uncounted = new AtomicInteger(UNCOUNTED);

    void took(long size, long nanos, long now) {
      if (uncounted.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
        costs.took(size, nanos, now);
      }
    }

    void failed(long size, long nanos, long now) {
      if (nanos > costs.expected(size, now).typical()) {
        took(size, nanos, now);
      }
    }
  }

  private OfTier of(ReloadChoice.Question question) {
    return tiers.computeIfAbsent(question.tier(), any -> new OfTier());
  }

  /** Returns the choice of one request, for one model. */
  public ReloadChoice choice(CostedModel model, StageClock clock) {
    return new ReloadChoice() {
      @Override
      public Duration patience(Question question) {
        return ReloadCosts.this.patience(question, model, clock);
      }

      @Override
      public void answered(Question question, long nanos) {
        of(question).answers.took(1, nanos, clock.since());
      }

      @Override
      public void unanswered(Question question, long nanos) {
        of(question).answers.failed(1, nanos, clock.since());
      }

      @Override
      public boolean pays(Offer offer) {
        return ReloadCosts.this.pays(offer, model, clock);
      }

      @Override
      public void took(Offer offer, long bytes, long nanos) {
        of(offer.question()).reads.took(bytes, nanos, clock.since());
      }

      @Override
      public void failed(Offer offer, long nanos) {
        of(offer.question()).reads.failed(offer.bytes(), nanos, clock.since());
      }
    };
  }

  private Duration patience(ReloadChoice.Question question, CostedModel model, StageClock clock) {
    long now = clock.since();
    long half = clock.remaining().toNanos() / 2;
    Cost encoded = encoding(model, question.rows() - question.reused(), question.rows(), now);
    if (half <= 0 || encoded.typical() == 0) {
      return Duration.ofNanos(Math.max(0, half)); // nothing was encoded so far
    }
    SizedCosts answers = of(question).answers.costs;
    Cost answer = answers.expected(1, now);
    double limit = Math.min(encoded.typical(), (double) half);
    if (answer.typical() > limit && !answers.tries(1, answer.least() <= limit, now)) {
      return Duration.ZERO;
    }
    return Duration.ofNanos(
        Math.min(half, Math.max(LEAST_PATIENCE_NANOS, (long) encoded.typical())));
  }

  private boolean pays(ReloadChoice.Offer offer, CostedModel model, StageClock clock) {
    long now = clock.since();
    double time = clock.remaining().toNanos();
    int reused = offer.question().reused();
    int rows = offer.question().rows();
    Cost encoded = encoding(model, rows - reused, rows, now);
    if (encoded.typical() == 0) {
      return true; // nothing was encoded so far
    }
    SizedCosts reads = of(offer.question()).reads.costs;
    Cost read = reads.expected(offer.bytes(), now);
    if (!offer.whole()) {
      int rest = Math.max(1, rows - offer.held());
      read = read.plus(encoding(model, rest, rows, now));
    }
    double limit = Math.min(encoded.typical(), time);
    return read.typical() <= limit || reads.tries(offer.bytes(), read.least() <= limit, now);
  }

  private static Cost encoding(CostedModel model, int fresh, int rows, long now) {
    ModelConfig config = model.config();
    return model.costs().of(Stage.ENCODE).expected(Ladder.encodeSize(config, fresh, rows), now);
  }
}
