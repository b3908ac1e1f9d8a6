package io.unipin.benchmarks.rival;

import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Withheld;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The held-out targets of one part of a log, one per user. These are the targets that an evaluation
 * of our model seeks, in the same order. Immutable.
 *
 * @param users (targets) log row of each target's user, ascending
 */
public record RivalTargets(FeedLog log, Part part, int[] users, List<RetrievalTarget> targets) {
  public RivalTargets {
    targets = List.copyOf(targets);
    if (users.length != targets.size()) {
      throw new IllegalArgumentException(
          "a user for each of %s targets expected, got %s".formatted(targets.size(), users.length));
    }
  }

  /**
   * Returns all targets of a part. Users whose target is in their history are left out. In the
   * validation part, users whose target is withheld from training are left out as well.
   */
  public static RivalTargets of(FeedLog log, Holdout holdout, Part part) {
    Withheld leftOut = part == Part.TEST ? Withheld.none() : holdout.withheld();
    List<Integer> users = new ArrayList<>();
    List<RetrievalTarget> targets = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      Optional<RetrievalTarget> target =
          holdout.holdsOut(user)
              ? RetrievalTarget.of(log, holdout, user, part, leftOut)
              : Optional.empty();
      if (target.isPresent() && !target.get().isRepeat()) {
        users.add(user);
        targets.add(target.get());
      }
    }
    int[] rows = users.stream().mapToInt(Integer::intValue).toArray();
    return new RivalTargets(log, part, rows, targets);
  }

  /** Returns at most {@code most} of these targets. If there are more, returns a random sample. */
  RivalTargets sample(int most, long seed) {
    if (size() <= most) {
      return this;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    int[] kept = order.stream().limit(most).mapToInt(Integer::intValue).sorted().toArray();
    return new RivalTargets(
        log,
        part,
        Arrays.stream(kept).map(t -> users[t]).toArray(),
        Arrays.stream(kept).mapToObj(targets::get).toList());
  }

  int size() {
    return users.length;
  }
}
