package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slates;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RivalPagesTest {
  private static final SequenceShape SHAPE = new SequenceShape(PlantedLog.ITEMS, 16, 1, 2, 16);
  private static final int ACTIONS = 2;

  private static SequenceRival rival(FeedLog log, Holdout holdout) {
    return new SequenceRival(SequenceKind.SASREC_FULL, log, holdout, SHAPE);
  }

  /** Returns a ranker that knows the walk: only the item after the last like gets liked. */
  private static CandidateRanker knowing(FeedLog log) {
    return (user, history, surface, items) -> {
      SequenceHistory likes = SequenceHistory.of(log, user, history, 1);
      int next = (likes.items()[0] + 1) % PlantedLog.ITEMS;
      float[] probabilities = new float[items.length * ACTIONS];
      for (int i = 0; i < items.length; i++) {
        probabilities[i * ACTIONS] = items[i] == next ? 0.9f : 0.1f;
      }
      return probabilities;
    };
  }

  @Test
  void pages_rankerThatKnowsTheNextItem_putsItFirst() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    SequenceRival rival = rival(log, holdout);
    var tensors = SequenceProgram.random(SequenceKind.SASREC_FULL, SHAPE, 1);
    RivalPages pages = rival.pages(tensors, knowing(log));
    assertThat(pages.test().hr(1)).isEqualTo(1);
    assertThat(pages.validation()).isGreaterThan(0.99);
    assertThat(rival.test(tensors).hr(1)).as("retrieval alone").isLessThan(0.5);
  }

  @Test
  void pages_rankerThatKnowsNothing_keepTheOrderOfRetrieval() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    SequenceRival rival = rival(log, holdout);
    SequenceTraining brief = new SequenceTraining(5, 5, 64, 0.01f, 0, 20, 1000, Duration.ofDays(1));
    var tensors = rival.train(brief, 1, line -> {}).tensors();
    RivalPages pages =
        rival.pages(tensors, (user, history, surface, items) -> new float[items.length * ACTIONS]);
    assertThat(pages.test().toArray()).isEqualTo(rival.test(tensors).toArray());
  }

  @Test
  void candidates_ofAnImpression_equalTheImpressionsRow() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    Slates slates = new Slates(log, holdout);
    DinRows rows = DinRows.of(log, slates, Part.TEST);
    int row = rows.size() - 1;
    DinRows.Batch expected = rows.batch(List.of(row));
    int[] items = {slates.items()[rows.impressions()[row]]};
    DinRows.Batch batch =
        DinRows.candidates(log, rows.users()[row], rows.slates()[row].history(), 0, items);
    assertThat(batch.items()).isEqualTo(expected.items());
    assertThat(batch.known()).isEqualTo(expected.known());
    assertThat(batch.actions()).isEqualTo(expected.actions());
    assertThat(batch.candidates()).isEqualTo(expected.candidates());
  }
}
