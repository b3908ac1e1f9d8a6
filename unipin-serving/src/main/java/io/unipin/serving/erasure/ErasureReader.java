package io.unipin.serving.erasure;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.ServingException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the erasures of a log on one replica, each of them once, and confirms them. One thread.
 */
public final class ErasureReader implements ErasureLog.Receiver {
  private static final Logger logger = LoggerFactory.getLogger(ErasureReader.class);

  private final ErasureSeal seal;
  private final long self;
  private final MadeErasures made;
  private final Eraser eraser;
  private final Confirmations confirmations;

  /** Erases a user from the stores of a replica. */
  @FunctionalInterface
  public interface Eraser {
    /**
     * Erases a user.
     *
     * @param timeMs time of the erasure in milliseconds since 1970
     * @return whether the replica held data of the user
     * @throws ServingException when a store can't be reached
     */
    boolean erase(String user, long timeMs);
  }

  /** Tells the fleet that this replica has made an erasure. */
  @FunctionalInterface
  public interface Confirmations {
    /**
     * Confirms an erasure.
     *
     * @param name by {@link ErasureSeal#name}
     * @param existed whether this replica held data of the user
     * @throws ServingException UNAVAILABLE when the fleet can't be told now
     */
    void confirm(String name, boolean existed);
  }

  /**
   * @param self number of this server, whose own erasures were made when they were written
   */
  public ErasureReader(
      ErasureSeal seal, long self, MadeErasures made, Eraser eraser, Confirmations confirmations) {
    this.seal = seal;
    this.self = self;
    this.made = made;
    this.eraser = eraser;
    this.confirmations = confirmations;
  }

  @Override
  public boolean take(LoggedErasure logged) {
    if (made.contains(logged)) {
      return true;
    }
    boolean readable =
        pass(
            seal,
            logged,
            erased -> {
              if (erased.writer() != self) {
                make(erased, ErasureSeal.name(logged.key(), erased.timeMs()));
              }
            });
    made.add(logged);
    return readable;
  }

  /** Makes all erasures of a log once more, for a store that is built or copied. */
  public static ErasureLog.Receiver replay(ErasureSeal seal, Eraser eraser) {
    return logged ->
        pass(
            seal,
            logged,
            erased ->
                eraser.erase(
                    erased.user().orElseThrow(ErasureSeal::unknownSecret), erased.timeMs()));
  }

  /** Passes on what a record holds. Returns false, and logs the record, if it can't be read. */
  private static boolean pass(
      ErasureSeal seal, LoggedErasure logged, Consumer<ErasureSeal.Erased> receiver) {
    try {
      receiver.accept(seal.read(logged.value()));
      return true;
    } catch (MalformedBytesException e) {
      logger.error(
          "an erasure can't be read, so its user must be erased again: {}, position {}: {}",
          logged.part(),
          logged.position(),
          e.getMessage());
      return false;
    }
  }

  @Override
  public void caughtUp() {
    made.save();
  }

  private void make(ErasureSeal.Erased erased, String name) {
    String user = erased.user().orElseThrow(ErasureSeal::unknownSecret);
    boolean existed = eraser.erase(user, erased.timeMs());
    try {
      confirmations.confirm(name, existed);
    } catch (ServingException e) {
      logger.warn("a user is erased, which can't be confirmed now: {}", e.getMessage());
    }
  }
}
