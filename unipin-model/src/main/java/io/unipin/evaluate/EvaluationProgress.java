package io.unipin.evaluate;

/** Listener of an evaluation. Several threads call the listener, but only one at a time. */
@FunctionalInterface
public interface EvaluationProgress {
  void evaluated(int users, int ofUsers);

  /** Returns a listener that does nothing. */
  static EvaluationProgress none() {
    return (users, ofUsers) -> {};
  }
}
