package io.unipin.serving.user;

import io.unipin.serving.failure.ServingException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps callers' actions and retractions outside of this server. An entry is kept before the server
 * changes the history, so the histories can be built again from the journal. Thread-safe.
 */
@FunctionalInterface
public interface ActionJournal {
  /** A journal that keeps nothing. */
  ActionJournal NONE = entries -> {};

  /**
   * A change of one user's actions.
   *
   * @param record an action record in its binary format; the array is not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // each entry is made for a single write
  record Entry(String user, byte[] record) {}

  /**
   * Keeps entries, and returns once the journal has confirmed that they are stored durably. When
   * the call fails, some or all of the entries may have been kept.
   *
   * @param entries makes the entries; a journal that keeps nothing does not ask for them
   * @throws ServingException UNAVAILABLE when the entries can't be kept now
   */
  void write(Supplier<List<Entry>> entries);
}
