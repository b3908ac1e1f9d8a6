package io.unipin.evaluate;

/** Follows an evaluation. Called by several threads, one at a time. */
@FunctionalInterface
public interface EvaluationProgress {
  void evaluated(int users, int ofUsers);

  /** Says nothing. */
  static EvaluationProgress none() {
    return (users, ofUsers) -> {};
  }
}
