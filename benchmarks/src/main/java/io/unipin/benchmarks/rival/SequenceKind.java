package io.unipin.benchmarks.rival;

import io.unipin.train.recipe.TrainingSettings;
import java.util.Locale;

/** The rival models for retrieval. Each reads the ids of a user's positive actions. */
public enum SequenceKind {
  /** SASRec whose loss is a softmax over the target and sampled items. */
  SASREC_SAMPLED("sasrec", true),
  /** SASRec whose loss is a softmax over all items. */
  SASREC_FULL("sasrec", false),
  /**
   * HSTU, which also reads the times between actions. Its loss is a softmax over all items, or over
   * sampled items if the catalogue is too large.
   */
  HSTU("hstu", false);

  private final String program;
  private final boolean sampled;

  SequenceKind(String program, boolean sampled) {
    this.program = program;
    this.sampled = sampled;
  }

  /** Returns the name of the file with this model's part of the program. */
  String program() {
    return program;
  }

  /** Whether the loss is a softmax over the target and sampled items. */
  boolean isSampled() {
    return sampled;
  }

  /** Whether this rival can be trained with a catalogue of {@code items} items. */
  public boolean suits(int items) {
    return this != SASREC_FULL || items <= TrainingSettings.MOST_FULL;
  }

  /** Returns the rival's key in JSON, such as {@code sasrec_full}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
