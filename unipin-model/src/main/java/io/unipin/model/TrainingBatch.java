package io.unipin.model;

import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;

/**
 * One batch for {@link TrainingModel}: B histories of at most n actions, with at most k candidates
 * each. Shorter histories and lists of candidates are padded at the end.
 *
 * <p>Items are indices into {@code classes}, the M catalogue rows that the batch needs. With a full
 * softmax these are all rows. A history has {@code n + 1} rows; row 0 is the learned first token.
 * Arrays are row major.
 *
 * @param histories number of histories, B
 * @param length number of actions of a padded history, n
 * @param candidates number of candidates per history after padding, k
 * @param classes (M) catalogue rows
 * @param content (M, contentDim) content of the classes
 * @param attributes attributes of the M classes
 * @param classBias (M) number that is added to each class's logit in the item loss: -log Q with a
 *     sampled softmax, 0 with a full softmax, -infinity for rows that do not compete
 * @param tokens (B, n) histories
 * @param slate (B, k) candidates
 * @param targets (P) items that retrieval should find
 * @param hidden (R) masked history positions
 * @param shown (S) labelled candidates
 * @param rare what the batch does for new and rare items
 */
public record TrainingBatch(
    int histories,
    int length,
    int candidates,
    long[] classes,
    float[] content,
    AttributeBags attributes,
    float[] classBias,
    Tokens tokens,
    Slate slate,
    Targets targets,
    Labels hidden,
    Labels shown,
    Rare rare) {

  /**
   * Histories.
   *
   * @param items (B, n) indices into the classes
   * @param actions (B, n, actions) multi-hot of each action's types
   * @param masked (B, n) 1 where the action is hidden from the model
   * @param surfaces (B, n) surface indices
   * @param gaps (B, n) gap buckets
   */
  public record Tokens(
      long[] items, float[] actions, float[] masked, long[] surfaces, long[] gaps) {}

  /**
   * Candidates.
   *
   * @param items (B, k) indices into the classes; index M + u stands for class {@code bare[u]} of
   *     {@link Rare}
   * @param surfaces (B, k) surface indices
   * @param gaps (B, k) gap buckets
   * @param positions (B, k) classes of {@link PagePositions}
   * @param cuts (B, k) number of rows of the history that each candidate sees, at least 1
   */
  public record Slate(long[] items, long[] surfaces, long[] gaps, long[] positions, long[] cuts) {}

  /**
   * Positions that predict an item.
   *
   * @param at (P) indices into the B (n + 1) rows
   * @param items (P) indices into the classes
   * @param outcomes (P, actions) outcomes for which each query asks
   * @param surfaces (P) surface index of the request
   * @param gaps (P) gap bucket of the time from the last action to the request
   * @param offsets (P) class of {@link TargetOffsets}: how far ahead the target lies
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

  /**
   * What a batch does for new and rare items. An empty array turns its part off.
   *
   * @param kept (M) 1 where a class has its id row, 0 where it has zeros instead
   * @param bare (U) class of each candidate that is embedded without its id row
   * @param cold (S) 1 where a labelled candidate is a cold item, 0 elsewhere
   * @param partners (S) the labelled candidate with which each labelled candidate is mixed
   * @param shares (S) share of each labelled candidate in its own mix; the partner has the rest
   */
  public record Rare(float[] kept, long[] bare, float[] cold, long[] partners, float[] shares) {
    /** Stands for a batch that does nothing for new and rare items. */
    public static final Rare NOTHING =
        new Rare(new float[0], new long[0], new float[0], new long[0], new float[0]);
  }
}
