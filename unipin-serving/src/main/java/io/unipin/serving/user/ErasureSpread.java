package io.unipin.serving.user;

import io.unipin.serving.failure.ServingException;
import java.util.List;

/** Tells the other replicas of a fleet to erase a user. Thread-safe. */
public interface ErasureSpread {
  /** The spread of a server that belongs to no fleet. */
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
   * What the replicas have answered.
   *
   * @param existed whether any of them held data of the user
   * @param confirmed names of those that have erased the user, this one included
   * @param unconfirmed names of those that have not confirmed; they erase the user when they can
   * @param unseen names of those that gave no sign of life for seven days, and were not awaited
   */
  record Answers(
      boolean existed, List<String> confirmed, List<String> unconfirmed, List<String> unseen) {
    public Answers {
      confirmed = List.copyOf(confirmed);
      unconfirmed = List.copyOf(unconfirmed);
      unseen = List.copyOf(unseen);
    }

    /** Returns the answers of a fleet that can't answer. */
    public static Answers none(boolean existed) {
      return new Answers(existed, List.of(), List.of(), List.of());
    }
  }

  /**
   * Writes an erasure where every replica reads it. The caller erases the user afterwards.
   *
   * @throws ServingException UNAVAILABLE when it can't be written now
   */
  void announce(String user, long timeMs);

  /**
   * Waits for the other replicas, for a bounded time.
   *
   * @param existed whether this replica held data of the user
   */
  Answers await(String user, long timeMs, boolean existed);
}
