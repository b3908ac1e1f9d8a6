package io.unipin.train;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.InputTable;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Counts directly in a log how often a training meets each class. The training must not cut, mask,
 * sample or omit anything.
 */
public final class NaiveCounts {
  private record Example(InputTable table, int index, int user) {}

  private final FeedLog log;
  private final Holdout holdout;
  private final List<Example> all = new ArrayList<>();

  public NaiveCounts(FeedLog log, Holdout holdout) {
    this.log = log;
    this.holdout = holdout;
    for (int user = 0; user < log.users(); user++) {
      history(user);
      queries(user);
      views(user);
    }
  }

  private void history(int user) {
    for (int i = 0; i < holdout.trainEnd(user); i++) {
      int action = log.actionStart(user) + i;
      int gap =
          i == 0
              ? GapBuckets.FIRST
              : GapBuckets.of(log.actionTimes()[action - 1], log.actionTimes()[action]);
      add(InputTable.TOKEN_GAP, gap, user);
      add(InputTable.TOKEN_SURFACE, log.actionSurfaces()[action], user);
      for (int c = 0; c < log.schema().actions().size(); c++) {
        if ((log.actionBits()[action] >>> c & 1) != 0) {
          add(InputTable.TOKEN_ACTION, c, user);
        }
      }
    }
  }

  private void queries(int user) {
    int start = log.actionStart(user);
    int end = start + holdout.trainEnd(user);
    if (start == end) {
      return;
    }
    for (int row = start; row <= end; row++) {
      int target = row;
      while (target < end && (log.actionBits()[target] & log.schema().positiveBits()) == 0) {
        target++;
      }
      if (target < end) {
        long last = row == start ? FeedLog.NO_TIME : log.actionTimes()[row - 1];
        add(InputTable.QUERY_GAP, GapBuckets.of(last, log.actionTimes()[target]), user);
        add(InputTable.QUERY_SURFACE, log.actionSurfaces()[target], user);
        add(InputTable.QUERY_OFFSET, 0, user);
      }
    }
  }

  private void views(int user) {
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      int history = log.viewHistory()[view];
      if (holdout.part(user, view) != Part.TRAIN || history > holdout.trainEnd(user)) {
        continue;
      }
      long last =
          history == 0 ? FeedLog.NO_TIME : log.actionTimes()[log.actionStart(user) + history - 1];
      for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
        add(InputTable.CANDIDATE_GAP, GapBuckets.of(last, log.viewTimes()[view]), user);
        add(InputTable.CANDIDATE_POSITION, i - log.impressionStart(view), user);
        add(InputTable.TOKEN_SURFACE, log.viewSurfaces()[view], user);
      }
    }
  }

  private void add(InputTable table, int index, int user) {
    all.add(new Example(table, index, user));
  }

  private List<Long> count(InputTable table, Iterable<Example> examples) {
    long[] counts = new long[classes(table)];
    for (Example example : examples) {
      if (example.table() == table) {
        counts[example.index()]++;
      }
    }
    return LongStream.of(counts).boxed().toList();
  }

  public List<Long> examples(InputTable table) {
    return count(table, all);
  }

  public List<Long> users(InputTable table) {
    return count(table, new HashSet<>(all));
  }

  private int classes(InputTable table) {
    return switch (table) {
      case TOKEN_ACTION, QUERY_ACTION -> log.schema().actions().size();
      case TOKEN_SURFACE, QUERY_SURFACE -> log.schema().surfaces().size();
      case TOKEN_GAP, CANDIDATE_GAP, QUERY_GAP -> GapBuckets.COUNT;
      case CANDIDATE_POSITION -> PagePositions.COUNT;
      case QUERY_OFFSET -> TargetOffsets.COUNT;
    };
  }
}
