package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.model.TrainingBatch;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.PagePositions;
import io.unipin.train.recipe.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds the candidates of a training batch from its sequences' feedviews. */
final class SlateBuilder {
  private final BatchSource source;
  private final FeedLog log;
  private final List<Sequence> sequences;
  private final List<RareItems.Swap> swaps;
  private final List<List<ViewSampler.Shown>> views = new ArrayList<>();
  private int width;
  private long[] items = {};
  private long[] surfaces = {};
  private long[] gaps = {};
  private long[] positions = {};
  private long[] cuts = {};
  private final Growable.Longs at = new Growable.Longs();
  private final Growable.Floats labels = new Growable.Floats();
  private final Growable.Floats cold = new Growable.Floats();
  private final Growable.Longs bare = new Growable.Longs();

  private SlateBuilder(BatchSource source, List<Sequence> sequences, List<RareItems.Swap> swaps) {
    this.source = source;
    this.log = source.log();
    this.sequences = sequences;
    this.swaps = swaps;
  }

  static SlateBuilder build(
      BatchSource source, List<Sequence> sequences, List<RareItems.Swap> swaps, Random random) {
    SlateBuilder builder = new SlateBuilder(source, sequences, swaps);
    TrainingSettings settings = source.config().training();
    for (Sequence sequence : sequences) {
      List<ViewSampler.Shown> chosen =
          settings.task().ranks()
              ? ViewSampler.choose(source.log(), source.holdout(), settings, sequence, random)
              : List.of();
      builder.views.add(chosen);
      int count = chosen.stream().mapToInt(shown -> shown.impressions().length).sum();
      builder.width = Math.max(builder.width, count);
    }
    builder.fill();
    return builder;
  }

  private void fill() {
    int cells = sequences.size() * width;
    items = new long[cells];
    surfaces = new long[cells];
    gaps = new long[cells];
    positions = new long[cells];
    cuts = new long[cells];
    Arrays.fill(cuts, 1);
    for (int b = 0; b < sequences.size(); b++) {
      int cell = b * width;
      for (ViewSampler.Shown shown : views.get(b)) {
        cell = view(sequences.get(b), swaps.get(b), shown, cell);
      }
    }
  }

  private int view(Sequence sequence, RareItems.Swap swap, ViewSampler.Shown shown, int firstCell) {
    int view = shown.view();
    int history = log.viewHistory()[view];
    long last =
        history == 0
            ? FeedLog.NO_TIME
            : log.actionTimes()[log.actionStart(sequence.user()) + history - 1];
    int cell = firstCell;
    for (int i : shown.impressions()) {
      items[cell] = swap.of(log.impressionItems()[i]);
      surfaces[cell] = log.viewSurfaces()[view];
      gaps[cell] = GapBuckets.of(last, log.viewTimes()[view]);
      positions[cell] = PagePositions.of(log.position(view, i));
      cuts[cell] = 1L + history - sequence.from();
      at.add(cell);
      labels.addBits(log.impressionBits()[i], log.schema().actions().size());
      cold.add(source.cold().contains(items[cell]) ? 1 : 0);
      cell++;
    }
    return cell;
  }

  int width() {
    return width;
  }

  long[] items() {
    return items;
  }

  TrainingBatch.Labels labels() {
    return new TrainingBatch.Labels(at.toArray(), labels.toArray());
  }

  /**
   * Returns the candidates as classes. Candidates that lose their ids become {@link #bare}
   * candidates.
   */
  TrainingBatch.Slate slate(ItemClasses classes, RareDraws draws) {
    long[] shown = classes.translate(items);
    for (long cell : at.toArray()) {
      if (draws.hidesCandidate(cell)) {
        bare.add(shown[(int) cell]);
        shown[(int) cell] = classes.rows().length + bare.size() - 1L;
      }
    }
    return new TrainingBatch.Slate(shown, surfaces, gaps, positions, cuts);
  }

  /** Returns the batch's part for new and rare items. Callers must call {@link #slate} first. */
  TrainingBatch.Rare rare(ItemClasses classes, RareDraws draws) {
    boolean compares = source.config().training().scoreReg() > 0;
    return new TrainingBatch.Rare(
        draws.kept(classes.rows(), source.unseen()),
        bare.toArray(),
        compares ? cold.toArray() : new float[0],
        draws.partners(at.size()),
        draws.shares(at.size()));
  }
}
