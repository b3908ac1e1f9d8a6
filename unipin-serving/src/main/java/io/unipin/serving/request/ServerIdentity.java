package io.unipin.serving.request;

import java.util.function.LongSupplier;

/**
 * What a server tells of itself, and the time it goes by.
 *
 * @param configVersion equal for equal settings
 * @param maxPageSize items of the largest page
 * @param clockMs tells the time of day, in milliseconds since the epoch
 */
public record ServerIdentity(String configVersion, int maxPageSize, LongSupplier clockMs) {
  /** Returns the time of day, in milliseconds since the epoch. */
  public long nowMs() {
    return clockMs.getAsLong();
  }
}
