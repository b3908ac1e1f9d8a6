package io.unipin.serving.history;

/**
 * Of one event: the highest revision recorded, and the highest taken back. Either only grows, so that it does not matter
 * which was first.
 */
public record EventVersions(long recorded, long retracted) {
  /** No revision. */
  public static final long NONE = -1;

  /** Whether the event counts. */
  boolean hold() {
    return recorded > retracted;
  }
}
