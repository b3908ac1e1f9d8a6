package io.unipin.train;

import io.unipin.data.FeedLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Chooses the training feedviews that a sequence carries in one epoch. */
final class ViewSampler {
  private ViewSampler() {}

  /**
   * Views that were shown within a sequence, in random order where there are too many: views without engagement are taken
   * with the set probability, and no more than fit into the set number of candidates.
   */
  static List<Integer> choose(
      FeedLog log, Holdout holdout, TrainingSettings settings, Sequence sequence, Random random) {
    List<Integer> within = new ArrayList<>();
    int user = sequence.user();
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      int history = log.viewHistory()[view];
      boolean inside = history > sequence.from() || (history == 0 && sequence.from() == 0);
      if (inside
          && history <= sequence.to()
          && holdout.part(user, view) == Part.TRAIN
          && keep(log, settings, view, random)) {
        within.add(view);
      }
    }
    int total = within.stream().mapToInt(view -> size(log, view)).sum();
    if (total <= settings.maxCandidates()) {
      return within;
    }
    Collections.shuffle(within, random);
    List<Integer> chosen = new ArrayList<>();
    int room = settings.maxCandidates();
    for (int view : within) {
      if (size(log, view) <= room) {
        chosen.add(view);
        room -= size(log, view);
      }
    }
    return chosen;
  }

  private static boolean keep(FeedLog log, TrainingSettings settings, int view, Random random) {
    if (settings.emptyViewProbability() >= 1) {
      return true;
    }
    for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
      if (log.impressionBits()[i] != 0) {
        return true;
      }
    }
    return random.nextDouble() < settings.emptyViewProbability();
  }

  private static int size(FeedLog log, int view) {
    return log.impressionStart(view + 1) - log.impressionStart(view);
  }
}
