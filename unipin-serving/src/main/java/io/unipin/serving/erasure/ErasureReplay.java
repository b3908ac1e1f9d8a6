package io.unipin.serving.erasure;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all erasures of a log once more, when a store is built or copied, or when logs are
 * exported. Immutable.
 */
public final class ErasureReplay implements ErasureLog.Receiver {
  private static final Logger logger = LoggerFactory.getLogger(ErasureReplay.class);

  private final ErasureSeal seal;
  private final Unreadable unreadable;
  private final BiConsumer<LoggedErasure, ErasureSeal.Erased> receiver;

  /** What is done about erasures that can't be read, because a secret is missing. */
  public enum Unreadable {
    /** Work stops until each of these erasures can be read. */
    WAIT,
    /** Work goes on without these erasures. They are logged. */
    PASS
  }

  /**
   * @param receiver takes each erasure that can be read, with its user
   */
  public ErasureReplay(
      ErasureSeal seal,
      Unreadable unreadable,
      BiConsumer<LoggedErasure, ErasureSeal.Erased> receiver) {
    this.seal = seal;
    this.unreadable = unreadable;
    this.receiver = receiver;
  }

  /**
   * Takes a record.
   *
   * @throws ServingException INVALID when a secret is missing, unless {@link Unreadable#PASS} is
   *     set
   */
  @Override
  public boolean take(LoggedErasure logged) {
    ErasureSeal.@Nullable Erased erased = null;
    try {
      if (!ErasureSeal.isLater(logged.value())) {
        erased = seal.read(logged.value());
      }
    } catch (MalformedBytesException e) {
      logger.error("not an erasure: part {}: {}", logged.place(), e.getMessage());
      return false;
    }
    if (erased != null && erased.user().isPresent()) {
      receiver.accept(logged, erased);
      return true;
    }
    String missing =
        "an erasure that a secret of security.secretFile opens expected, got another one: part "
            + logged.place();
    if (unreadable == Unreadable.WAIT) {
      throw new ServingException(
          FailureKind.INVALID,
          missing + "; add its secret, or set fleet.unreadableErasures to PASS");
    }
    logger.error("{}; its user is not erased", missing);
    return false;
  }
}
