package io.unipin.evaluate;

import io.unipin.feedlog.split.Part;
import io.unipin.kvcache.KvType;

/**
 * Options of an evaluation. Only {@code part}, {@code maxUsers}, {@code seed}, {@code displayed}
 * and {@code kvType} change the result.
 *
 * @param part the held-out split to judge, {@link Part#VALIDATION} or {@link Part#TEST}
 * @param threads number of worker threads; a single worker evaluates each user
 * @param maxUsers largest number of users; if more are held out, a random sample is judged
 * @param seed seed of the sample
 * @param displayed whether candidates are scored at the positions where they were shown; otherwise
 *     all candidates are scored at the first position
 * @param progress listener that is called after every few users
 * @param kvType number type to which keys and values are rounded
 */
public record EvaluationOptions(
    Part part,
    int threads,
    int maxUsers,
    long seed,
    boolean displayed,
    EvaluationProgress progress,
    KvType kvType) {
  public EvaluationOptions {
    if (part == Part.TRAIN) {
      throw new IllegalArgumentException("part: VALIDATION or TEST expected, got TRAIN");
    }
    if (threads < 1 || maxUsers < 1) {
      throw new IllegalArgumentException(
          "threads and maxUsers: 1 or more expected, got %s and %s".formatted(threads, maxUsers));
    }
  }

  /** Creates options with keys and values in float32. */
  public EvaluationOptions(
      Part part,
      int threads,
      int maxUsers,
      long seed,
      boolean displayed,
      EvaluationProgress progress) {
    this(part, threads, maxUsers, seed, displayed, progress, KvType.FLOAT32);
  }

  /**
   * Creates options that score candidates at the first position, with keys and values in float32.
   */
  public EvaluationOptions(
      Part part, int threads, int maxUsers, long seed, EvaluationProgress progress) {
    this(part, threads, maxUsers, seed, false, progress);
  }

  /**
   * Returns a copy that scores candidates at the positions where they were shown, or at the first
   * position.
   */
  public EvaluationOptions at(boolean displayedPositions) {
    return new EvaluationOptions(
        part, threads, maxUsers, seed, displayedPositions, progress, kvType);
  }

  /** Returns a copy with another type of keys and values. */
  public EvaluationOptions withKvType(KvType type) {
    return new EvaluationOptions(part, threads, maxUsers, seed, displayed, progress, type);
  }

  /** Returns options that judge all users on the test split, with one worker per processor. */
  public static EvaluationOptions test(EvaluationProgress progress) {
    return new EvaluationOptions(Part.TEST, processors(), Integer.MAX_VALUE, 0, progress);
  }

  /**
   * Returns options that judge a sample of users on the validation split, with one worker per
   * processor.
   */
  public static EvaluationOptions validation(int maxUsers, long seed) {
    return new EvaluationOptions(
        Part.VALIDATION, processors(), maxUsers, seed, EvaluationProgress.none());
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }
}
