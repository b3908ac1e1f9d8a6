package io.unipin.serving.erasure;

/**
 * A record of a log of erasures.
 *
 * @param key keyed hash of the user's id
 * @param value the erasure, sealed by {@link ErasureSeal}
 * @param part part of the log that holds the record; records of one part have an order
 * @param position position of the record in its part; later records have higher positions
 * @param writtenMs time at which the record was written, in milliseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // each record is read once
public record LoggedErasure(byte[] key, byte[] value, String part, long position, long writtenMs) {
  /** Returns a text that names the record within its log. */
  String place() {
    return part + ", position " + position;
  }
}
