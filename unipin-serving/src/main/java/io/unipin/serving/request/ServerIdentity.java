package io.unipin.serving.request;

import java.util.function.LongSupplier;

/**
 * The facts that a server reports about itself, and its clock.
 *
 * @param configVersion version of the settings; equal settings have equal versions
 * @param maxPageSize number of items on the largest page
 * @param clockMs time of day in milliseconds since the epoch
 */
public record ServerIdentity(String configVersion, int maxPageSize, LongSupplier clockMs) {
  /** Returns the time of day, in milliseconds since the epoch. */
  public long nowMs() {
    return clockMs.getAsLong();
  }
}
