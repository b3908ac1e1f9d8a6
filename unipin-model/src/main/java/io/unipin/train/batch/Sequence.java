package io.unipin.train.batch;

/**
 * Consecutive training actions of one user.
 *
 * @param user row of the user
 * @param from first action, relative to the user's first action
 * @param to one past the last action, relative to the user's first action
 */
public record Sequence(int user, int from, int to) {
  int length() {
    return to - from;
  }
}
