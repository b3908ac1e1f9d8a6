package io.unipin.serving.pipeline.cost;

import io.unipin.kvcache.ReloadChoice;
import io.unipin.serving.spans.EngineCall;
import io.unipin.serving.spans.EngineCalls;
import java.time.Duration;
import java.util.Map;

/**
 * A choice that notes the reads from tiers below the cache in {@link EngineCalls}. It also notes
 * reads that were declined because encoding was expected to be faster. Confined to one thread.
 */
public final class NotedReloads implements ReloadChoice {
  private static final String TIER = "tier";
  private static final String RELOAD = "reload";

  private final ReloadChoice choice;

  /** Creates a choice that decides like the given choice. */
  public NotedReloads(ReloadChoice choice) {
    this.choice = choice;
  }

  @Override
  public Duration patience(Question question) {
    return choice.patience(question);
  }

  @Override
  public void answered(Question question, long nanos) {
    choice.answered(question, nanos);
  }

  @Override
  public void unanswered(Question question, long nanos) {
    choice.unanswered(question, nanos);
  }

  @Override
  public boolean pays(Offer offer) {
    boolean pays = choice.pays(offer);
    if (!pays) {
      note(offer, offer.bytes(), 0, "declined");
    }
    return pays;
  }

  @Override
  public void took(Offer offer, long bytes, long nanos) {
    choice.took(offer, bytes, nanos);
    note(offer, bytes, nanos, "read");
  }

  @Override
  public void failed(Offer offer, long nanos) {
    choice.failed(offer, nanos);
    note(offer, 0, nanos, "read");
  }

  private static void note(Offer offer, long bytes, long nanos, String result) {
    long now = System.nanoTime();
    Map<String, String> labels =
        Map.of(
            "unipin.reload",
            result,
            "unipin.tier",
            offer.question().tier(),
            "unipin.bytes",
            Long.toString(bytes));
    EngineCalls.add(new EngineCall(TIER, RELOAD, now - nanos, now, labels));
  }
}
