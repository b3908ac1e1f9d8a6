package io.unipin.serving.request;

import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;

/**
 * A user's encoded history, held for one request. Not thread-safe.
 *
 * @param reason result of the look-up in the cache
 * @param historyActions number of actions that the model read
 * @param encodedActions number of actions that were encoded for this request
 */
public record UserState(KvLease lease, KvReason reason, int historyActions, int encodedActions)
    implements AutoCloseable {
  @Override
  public void close() {
    lease.close();
  }
}
