package io.unipin.train.batch;

import static java.util.Objects.requireNonNull;

import io.unipin.model.TrainingBatch;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.InputTable;
import io.unipin.model.features.ModelConfig;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the classes of all inputs that the first epoch of a training meets. It counts the classes
 * in the batches that training uses, after cutting, masking and sampling. Not thread-safe.
 */
public final class ClassCounter {
  private final ModelConfig model;
  private final Map<InputTable, Tally> tallies = new EnumMap<>(InputTable.class);

  private ClassCounter(ModelConfig model) {
    this.model = model;
    for (InputTable table : InputTable.values()) {
      tallies.put(table, new Tally(table.classes(model)));
    }
  }

  public static ClassCounts count(BatchSource source, EpochPlan plan) {
    ModelConfig model = source.config().modelConfig(source.log());
    ClassCounter counter = new ClassCounter(model);
    long step = 0;
    for (List<Sequence> sequences : plan.batches(0)) {
      step++;
      TrainingBatch batch = source.batch(sequences, step);
      counter.history(batch, sequences);
      counter.slate(batch, sequences);
      counter.targets(batch, sequences);
    }
    return counter.counts(source.config().training().leastUsers());
  }

  private void history(TrainingBatch batch, List<Sequence> sequences) {
    TrainingBatch.Tokens tokens = batch.tokens();
    for (int b = 0; b < sequences.size(); b++) {
      int user = sequences.get(b).user();
      int end = b * batch.length() + sequences.get(b).length();
      for (int cell = b * batch.length(); cell < end; cell++) {
        met(InputTable.TOKEN_GAP, tokens.gaps()[cell], user);
        met(InputTable.TOKEN_SURFACE, tokens.surfaces()[cell], user);
        if (tokens.masked()[cell] == 0) {
          actions(InputTable.TOKEN_ACTION, tokens.actions(), cell, user);
        }
      }
    }
  }

  private void slate(TrainingBatch batch, List<Sequence> sequences) {
    TrainingBatch.Slate slate = batch.slate();
    for (long at : batch.shown().at()) {
      int cell = Math.toIntExact(at);
      int user = sequences.get(cell / batch.candidates()).user();
      met(InputTable.TOKEN_SURFACE, slate.surfaces()[cell], user);
      met(InputTable.CANDIDATE_GAP, slate.gaps()[cell], user);
      met(InputTable.CANDIDATE_POSITION, slate.positions()[cell], user);
    }
  }

  private void targets(TrainingBatch batch, List<Sequence> sequences) {
    TrainingBatch.Targets targets = batch.targets();
    for (int p = 0; p < targets.at().length; p++) {
      int user = sequences.get(Math.toIntExact(targets.at()[p] / (batch.length() + 1))).user();
      met(InputTable.QUERY_SURFACE, targets.surfaces()[p], user);
      met(InputTable.QUERY_GAP, targets.gaps()[p], user);
      met(InputTable.QUERY_OFFSET, targets.offsets()[p], user);
      actions(InputTable.QUERY_ACTION, targets.outcomes(), p, user);
    }
  }

  /** Counts the actions in a row of {@code told} (rows, actions). Entries other than 0 count. */
  private void actions(InputTable table, float[] told, int row, int user) {
    int actions = model.actions().size();
    for (int c = 0; c < actions; c++) {
      if (told[row * actions + c] != 0) {
        met(table, c, user);
      }
    }
  }

  private void met(InputTable table, long index, int user) {
    requireNonNull(tallies.get(table)).met((int) index, user);
  }

  private ClassCounts counts(int leastUsers) {
    Map<String, ClassCounts.Met> tables = new TreeMap<>();
    tallies.forEach((table, tally) -> tables.put(table.tensor(), tally.met()));
    return new ClassCounts(leastUsers, tables);
  }

  /** Counts of one table's classes. */
  private static final class Tally {
    private final long[] examples;
    private final BitSet[] users;

    Tally(int classes) {
      this.examples = new long[classes];
      this.users = new BitSet[classes];
      Arrays.setAll(users, i -> new BitSet());
    }

    void met(int index, int user) {
      examples[index]++;
      users[index].set(user);
    }

    ClassCounts.Met met() {
      return new ClassCounts.Met(
          Arrays.stream(examples).boxed().toList(),
          Arrays.stream(users).map(set -> (long) set.cardinality()).toList());
    }
  }
}
