package io.unipin.serving.kafka;

import io.unipin.serving.failure.ServingException;

/** Processes the records of the actions topic. */
@FunctionalInterface
public interface RecordReceiver {
  /**
   * Processes a record. A record may come more than once.
   *
   * @param timestampMs time of the record in Kafka, in milliseconds since 1970
   * @return false if nothing was recorded, because the user was erased after that time
   * @throws ServingException INVALID or TOO_LARGE when the record can never be processed; any other
   *     kind when it can't be processed now
   */
  boolean take(String user, byte[] value, long timestampMs);
}
