package io.unipin.serving.items;

/**
 * The outcome of a call for one of its items.
 *
 * @param reason the expected value and the actual value; empty unless the outcome is
 *     {@link Outcome#NOT_SERVED} or {@link Outcome#REFUSED}
 */
public record ItemVerdict(long id, Outcome outcome, String reason) {
  static ItemVerdict of(long id, Outcome outcome) {
    return new ItemVerdict(id, outcome, "");
  }
}
