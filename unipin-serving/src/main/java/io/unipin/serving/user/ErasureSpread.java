package io.unipin.serving.user;

import io.unipin.serving.failure.ServingException;
import java.util.List;

/** Tells the other replicas of a fleet to erase a user. Thread-safe. */
public interface ErasureSpread {
  /** The instance for a server that belongs to no fleet. */
  ErasureSpread NONE =
      new ErasureSpread() {
        @Override
        public void announce(String user, long timeMs) {}

        @Override
        public Answers await(String user, long timeMs, boolean existed) {
          return Answers.none(existed);
        }
      };

  /**
   * The answers of the replicas.
   *
   * @param existed whether any replica held data of the user
   * @param confirmed names of the replicas that have erased the user, including this replica
   * @param unconfirmed names of the replicas that have not confirmed; they erase the user once they
   *     can
   * @param unseen names of the replicas without a sign of life for seven days; the call did not
   *     wait for these replicas
   */
  record Answers(
      boolean existed, List<String> confirmed, List<String> unconfirmed, List<String> unseen) {
    public Answers {
      confirmed = List.copyOf(confirmed);
      unconfirmed = List.copyOf(unconfirmed);
      unseen = List.copyOf(unseen);
    }

    /** Returns the answers of a server that has no other replicas to ask. */
    public static Answers none(boolean existed) {
      return new Answers(existed, List.of(), List.of(), List.of());
    }
  }

  /**
   * Writes an erasure where every replica reads it. The caller erases the user afterwards.
   *
   * @throws ServingException UNAVAILABLE when the erasure can't be written now
   */
  void announce(String user, long timeMs);

  /**
   * Waits for the other replicas, for a bounded time.
   *
   * @param existed whether this replica held data of the user
   * @throws ServingException UNAVAILABLE when the other replicas are not known
   */
  Answers await(String user, long timeMs, boolean existed);
}
