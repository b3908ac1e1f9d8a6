package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.train.recipe.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Chooses a sequence's training feedviews for one epoch. */
final class ViewSampler {
  private ViewSampler() {}

  /**
   * Returns the chosen impressions of the views within a sequence, as rows of the log. A view
   * without engagement is kept with the configured probability.
   *
   * <p>If the views have more impressions than the configured number of candidates, views are drawn
   * in random order as long as they fit. A view that alone exceeds that number is chosen only if it
   * comes first. Then a random sample of its impressions fills the limit. Before any choice,
   * impressions of withheld items are left out. Views that have no other impressions are left out
   * as well.
   */
  static List<Shown> choose(
      FeedLog log, Holdout holdout, TrainingSettings settings, Sequence sequence, Random random) {
    List<Integer> within = new ArrayList<>();
    int user = sequence.user();
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      int history = log.viewHistory()[view];
      boolean inside = history > sequence.from() || (history == 0 && sequence.from() == 0);
      if (inside
          && history <= sequence.to()
          && holdout.part(user, view) == Part.TRAIN
          && keep(log, holdout, settings, view, random)) {
        within.add(view);
      }
    }
    int total = within.stream().mapToInt(view -> size(log, holdout, view)).sum();
    if (total <= settings.maxCandidates()) {
      return within.stream().map(view -> whole(log, holdout, view)).toList();
    }
    Collections.shuffle(within, random);
    List<Shown> chosen = new ArrayList<>();
    int room = settings.maxCandidates();
    for (int view : within) {
      int size = size(log, holdout, view);
      if (size <= room) {
        chosen.add(whole(log, holdout, view));
        room -= size;
      } else if (room > 0 && chosen.isEmpty() && size > settings.maxCandidates()) {
        chosen.add(part(whole(log, holdout, view), room, random));
        room = 0;
      }
    }
    return chosen;
  }

  /** A view with its chosen impressions, ascending. */
  record Shown(int view, int[] impressions) {}

  private static Shown whole(FeedLog log, Holdout holdout, int view) {
    return new Shown(view, impressions(log, holdout, view).toArray());
  }

  private static IntStream impressions(FeedLog log, Holdout holdout, int view) {
    return IntStream.range(log.impressionStart(view), log.impressionStart(view + 1))
        .filter(i -> !holdout.withheld().contains(log.impressionItems()[i]));
  }

  private static Shown part(Shown whole, int count, Random random) {
    int[] drawn = whole.impressions().clone();
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(drawn.length - i);
      int swapped = drawn[i];
      drawn[i] = drawn[other];
      drawn[other] = swapped;
    }
    return new Shown(whole.view(), Arrays.stream(drawn, 0, count).sorted().toArray());
  }

  private static boolean keep(
      FeedLog log, Holdout holdout, TrainingSettings settings, int view, Random random) {
    if (isWithheld(log, holdout, view)) {
      return false;
    }
    return settings.emptyViewProbability() >= 1
        || impressions(log, holdout, view).anyMatch(i -> log.impressionBits()[i] != 0)
        || random.nextDouble() < settings.emptyViewProbability();
  }

  /** Whether a view shows only withheld items. */
  static boolean isWithheld(FeedLog log, Holdout holdout, int view) {
    return !holdout.withheld().isEmpty() && size(log, holdout, view) == 0;
  }

  private static int size(FeedLog log, Holdout holdout, int view) {
    return holdout.withheld().isEmpty()
        ? log.impressionStart(view + 1) - log.impressionStart(view)
        : (int) impressions(log, holdout, view).count();
  }
}
