package io.unipin.serving.history;

/**
 * The highest recorded revision and the highest retracted revision of one event.
 *
 * <p>Both numbers only grow, so the order of arrival does not matter.
 */
public record EventVersions(long recorded, long retracted) {
  /** Stands for an absent revision. */
  public static final long NONE = -1;

  /**
   * Whether the event counts. An event counts if its highest recorded revision is above its highest
   * retracted revision.
   */
  public boolean hold() {
    return recorded > retracted;
  }
}
