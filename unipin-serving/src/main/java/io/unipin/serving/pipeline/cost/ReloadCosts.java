package io.unipin.serving.pipeline.cost;

import io.unipin.kvcache.ReloadChoice;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether rows are read from the tier below the cache or encoded: by whichever takes less
 * time by the measurements so far. Thread-safe.
 *
 * <p>A read is also refused if it takes longer than the request has time. When reads were refused
 * for a second, one request reads anyway, so that a wrong estimate is corrected.
 */
public final class ReloadCosts {
  /** The first reads of a process load classes, so their times tell nothing of later reads. */
  private static final int UNCOUNTED = 2;

  /** The times of reads by their bytes. */
  private final SizedCosts reads = new SizedCosts();

  private final AtomicInteger uncounted = new AtomicInteger(UNCOUNTED);

  /** Returns the choice of one request, for one model. */
  public ReloadChoice choice(CostedModel model, StageClock clock) {
    return new ReloadChoice() {
      @Override
      public boolean pays(Offer offer) {
        return ReloadCosts.this.pays(offer, model, clock);
      }

      @Override
      public void took(long bytes, long nanos) {
        if (uncounted.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
          reads.took(bytes, nanos, clock.since());
        }
      }
    };
  }

  private boolean pays(ReloadChoice.Offer offer, CostedModel model, StageClock clock) {
    long now = clock.since();
    double time = clock.remaining().toNanos();
    Cost encoded = encoding(model, offer.rows() - offer.reused(), offer.rows(), now);
    if (encoded.typical() == 0) {
      return true; // nothing was encoded so far
    }
    Cost read = reads.expected(offer.bytes(), now);
    if (!offer.whole()) {
      int rest = Math.max(1, offer.rows() - offer.held());
      read = read.plus(encoding(model, rest, offer.rows(), now));
    }
    if (read.typical() <= Math.min(encoded.typical(), time)) {
      return true;
    }
    return reads.tries(offer.bytes(), read.least() <= Math.min(encoded.typical(), time), now);
  }

  private static Cost encoding(CostedModel model, int fresh, int rows, long now) {
    ModelConfig config = model.config();
    return model.costs().of(Stage.ENCODE).expected(Ladder.encodeSize(config, fresh, rows), now);
  }
}
