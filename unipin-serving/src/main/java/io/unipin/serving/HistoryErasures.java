package io.unipin.serving;

import io.unipin.serving.fleet.Fleet;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.spans.BatchSpans;

/**
 * Brings a history store up to date with the erasures of its fleet. No server may have the store
 * open meanwhile.
 */
public final class HistoryErasures {
  private HistoryErasures() {}

  /**
   * Reads the log of the fleet's erasures to its end. Erases each user in the log whom the store
   * has not erased yet. Does nothing for a server without a fleet.
   *
   * @throws io.unipin.serving.failure.ServingException UNAVAILABLE when the log can't be read now
   */
  public static void apply(ServerConfig config, HistoryStore store) {
    try (OpenParts parts = new OpenParts()) {
      ServingMetrics metrics = parts.opened(new ServingMetrics());
      ServerTopics topics = ServerTopics.connect(config.kafka(), metrics, BatchSpans.NONE, parts);
      Secrets secrets =
          ServerStores.shared(config.security(), parts)
              .orElseGet(() -> Secrets.own(store.secret()));
      Fleet fleet = parts.opened(ServerFleet.open(config, topics, secrets));
      fleet.erasures().ifPresent(erasures -> erasures.apply(store::eraseUnlessErased));
    }
  }
}
