package io.unipin.serving.erasure;

import io.unipin.serving.bytes.MalformedBytesException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes all erasures of a log once more, for a store that is built or copied. One thread. */
public final class ErasureReplay implements ErasureLog.Receiver {
  private static final Logger logger = LoggerFactory.getLogger(ErasureReplay.class);

  private final ErasureSeal seal;
  private final ErasureReader.Eraser eraser;

  public ErasureReplay(ErasureSeal seal, ErasureReader.Eraser eraser) {
    this.seal = seal;
    this.eraser = eraser;
  }

  @Override
  public boolean take(LoggedErasure logged) {
    try {
      ErasureSeal.Erased erased = seal.read(logged.value());
      String user = erased.user().orElseThrow(ErasureSeal::unknownSecret);
      eraser.erase(user, erased.timeMs());
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
}
