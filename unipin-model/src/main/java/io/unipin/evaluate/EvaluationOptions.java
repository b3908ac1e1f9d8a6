package io.unipin.evaluate;

import io.unipin.feedlog.split.Part;
import io.unipin.kvcache.KvType;

/**
 * How to evaluate. The result depends on {@code part}, {@code maxUsers} and {@code seed} alone.
 *
 * @param part the held-out part that is asked for, {@link Part#VALIDATION} or {@link Part#TEST}
 * @param threads workers, each of which takes whole users
 * @param maxUsers most users; where more are held out, a random sample of them
 * @param seed of the sample
 * @param displayed whether candidates are scored at the position where they were shown, not at the
 *     first
 * @param progress told after every few users
 * @param kvType what keys and values are rounded to
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

  /** With keys and values in float32. */
  public EvaluationOptions(
      Part part,
      int threads,
      int maxUsers,
      long seed,
      boolean displayed,
      EvaluationProgress progress) {
    this(part, threads, maxUsers, seed, displayed, progress, KvType.FLOAT32);
  }

  /** Candidates are scored at the first position, with keys and values in float32. */
  public EvaluationOptions(
      Part part, int threads, int maxUsers, long seed, EvaluationProgress progress) {
    this(part, threads, maxUsers, seed, false, progress);
  }

  /** These options with candidates at the position where they were shown, or at the first. */
  public EvaluationOptions at(boolean displayedPositions) {
    return new EvaluationOptions(
        part, threads, maxUsers, seed, displayedPositions, progress, kvType);
  }

  /** These options with keys and values of another type. */
  public EvaluationOptions withKvType(KvType type) {
    return new EvaluationOptions(part, threads, maxUsers, seed, displayed, progress, type);
  }

  /** All users' test part, by as many workers as the machine has processors. */
  public static EvaluationOptions test(EvaluationProgress progress) {
    return new EvaluationOptions(Part.TEST, processors(), Integer.MAX_VALUE, 0, progress);
  }

  /** The validation part of a sample of users, by as many workers as the machine has processors. */
  public static EvaluationOptions validation(int maxUsers, long seed) {
    return new EvaluationOptions(
        Part.VALIDATION, processors(), maxUsers, seed, EvaluationProgress.none());
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }
}
