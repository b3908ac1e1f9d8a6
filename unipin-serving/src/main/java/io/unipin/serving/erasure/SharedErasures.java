package io.unipin.serving.erasure;

import io.unipin.serving.failure.ServingException;
import java.util.Map;

/**
 * Says which erasures are complete in the stores that all replicas of a fleet share. A replica
 * without data of its own need not apply these erasures again. Thread-safe.
 */
public interface SharedErasures {
  /** The instance for replicas that share no store. */
  SharedErasures NONE =
      new SharedErasures() {
        @Override
        public boolean isUsed() {
          return false;
        }

        @Override
        public boolean isMade(String user, long timeMs) {
          return false;
        }

        @Override
        public Map<String, ErasurePoint> points() {
          return Map.of();
        }

        @Override
        public void raise(Map<String, ErasurePoint> points) {}
      };

  /** Whether replicas share a store. */
  boolean isUsed();

  /**
   * Whether an erasure, or a later one of the same user, is complete in the shared stores.
   *
   * @throws ServingException UNAVAILABLE when a store is unavailable
   */
  boolean isMade(String user, long timeMs);

  /**
   * Returns one position per partition of the log of erasures. All erasures before this position
   * are complete in the shared stores.
   *
   * @throws ServingException UNAVAILABLE when the positions can't be read now
   */
  Map<String, ErasurePoint> points();

  /**
   * Stores one position per partition of the log of erasures. All erasures before this position are
   * complete in the shared stores. A position below the stored position changes nothing.
   *
   * @throws ServingException UNAVAILABLE when the positions can't be written now
   */
  void raise(Map<String, ErasurePoint> points);
}
