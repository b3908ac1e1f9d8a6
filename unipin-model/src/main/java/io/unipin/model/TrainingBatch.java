package io.unipin.model;

import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;

/**
 * One batch for {@link TrainingModel}: B histories of at most n actions with k candidates each,
 * padded behind.
 *
 * <p>Items are indices into {@code classes}, the M catalogue rows that the batch needs; with a full
 * softmax these are all of them. Rows of a history are numbered from the learned first token,
 * {@code n + 1} of them. Arrays are row major.
 *
 * @param histories B
 * @param length n
 * @param candidates k
 * @param classes (M) catalogue rows
 * @param content (M, contentDim)
 * @param classBias (M) added to the logits of the item loss: -log Q, 0, or -infinity for what is no
 *     class
 * @param tokens (B, n) histories
 * @param slate (B, k) candidates
 * @param targets (P) what retrieval should find
 * @param hidden (R) masked history positions
 * @param shown (S) labelled candidates
 */
public record TrainingBatch(
    int histories,
    int length,
    int candidates,
    long[] classes,
    float[] content,
    float[] classBias,
    Tokens tokens,
    Slate slate,
    Targets targets,
    Labels hidden,
    Labels shown) {

  /**
   * Histories.
   *
   * @param items (B, n)
   * @param actions (B, n, actions) multi-hots
   * @param masked (B, n) 1 where the action is hidden from the model
   * @param surfaces (B, n)
   * @param gaps (B, n)
   */
  public record Tokens(
      long[] items, float[] actions, float[] masked, long[] surfaces, long[] gaps) {}

  /**
   * Candidates.
   *
   * @param items (B, k)
   * @param surfaces (B, k)
   * @param gaps (B, k)
   * @param positions (B, k) on the page, as {@link PagePositions} has them
   * @param cuts (B, k) how many rows of its history a candidate sees, at least 1
   */
  public record Slate(long[] items, long[] surfaces, long[] gaps, long[] positions, long[] cuts) {}

  /**
   * Positions that predict an item.
   *
   * @param at (P) indices into the B (n + 1) rows
   * @param items (P)
   * @param outcomes (P, actions) what the query asks for
   * @param surfaces (P) of the request
   * @param gaps (P) from the last action to the request
   * @param offsets (P) how far ahead the target lies, as {@link TargetOffsets} has it
   */
  public record Targets(
      long[] at, long[] items, float[] outcomes, long[] surfaces, long[] gaps, long[] offsets) {}

  /**
   * Positions that predict actions.
   *
   * @param at indices into the B (n + 1) rows or the B k candidates
   * @param actions (positions, actions) multi-hots
   */
  public record Labels(long[] at, float[] actions) {}
}
