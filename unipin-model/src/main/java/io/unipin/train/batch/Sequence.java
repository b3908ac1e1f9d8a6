package io.unipin.train.batch;

/**
 * Consecutive training actions of one user.
 *
 * @param user row of the user
 * @param from index of the first action; the user's first action has index 0
 * @param to index after the last action
 */
public record Sequence(int user, int from, int to) {
  int length() {
    return to - from;
  }
}
