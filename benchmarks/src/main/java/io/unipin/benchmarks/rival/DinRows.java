package io.unipin.benchmarks.rival;

import io.unipin.evaluate.SlateGroups;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The impressions of one split of a log, in the form that {@link DinModel} reads. Each impression
 * is a row. Immutable.
 *
 * @param all all slates of the log
 * @param users (rows) the user of each impression, by the user's row in the log; the rows of one
 *     user are adjacent
 * @param slates (rows) slate of each impression
 * @param impressions (rows) position of each impression in the arrays of {@code all}
 */
record DinRows(FeedLog log, Slates all, int[] users, Slate[] slates, int[] impressions) {
  /**
   * The maximum number of a history's actions that the model reads. It reads the latest actions.
   */
  private static final int MOST_HISTORY = 50;

  /**
   * Returns the rows of a split. Items that are withheld from training are candidates only in the
   * test split.
   */
  static DinRows of(FeedLog log, Slates all, Part part) {
    List<Integer> users = new ArrayList<>();
    List<Slate> slates = new ArrayList<>();
    List<Integer> impressions = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : all.of(user)) {
        for (int i = slate.from(); slate.part() == part && i < slate.to(); i++) {
          if (part != Part.TEST && all.withheld().contains(all.items()[i])) {
            continue;
          }
          users.add(user);
          slates.add(slate);
          impressions.add(i);
        }
      }
    }
    return new DinRows(log, all, ints(users), slates.toArray(Slate[]::new), ints(impressions));
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  int size() {
    return users.length;
  }

  /** Returns the indices of all rows in a list that may be shuffled. */
  List<Integer> inOrder() {
    return IntStream.range(0, size()).boxed().collect(Collectors.toCollection(ArrayList::new));
  }

  /** Returns, for each row, whether the impression got the action with this bit. */
  boolean[] labels(int action) {
    boolean[] labels = new boolean[size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = (all.bits()[impressions[row]] >>> action & 1) != 0;
    }
    return labels;
  }

  SlateGroups groups() {
    List<Integer> sizes = new ArrayList<>();
    long[] ids = new long[size()];
    for (int row = 0; row < size(); row++) {
      ids[row] = all.items()[impressions[row]];
      if (row == 0 || slates[row].from() != slates[row - 1].from()) {
        sizes.add(slates[row].size());
      }
    }
    return new SlateGroups(users, ints(sizes), ids);
  }

  /**
   * Returns a batch of the given rows. The histories are padded with zeros to the length of the
   * longest history.
   */
  Batch batch(List<Integer> order) {
    int rows = order.size();
    int actions = log.schema().actions().size();
    int n =
        Math.max(1, order.stream().mapToInt(row -> length(slates[row].history())).max().orElse(0));
    Batch batch = Batch.empty(rows, n, actions);
    for (int r = 0; r < rows; r++) {
      int row = order.get(r);
      Slate slate = slates[row];
      batch.history(r, log, users[row], slate.history());
      batch.candidates[r] = all.items()[impressions[row]];
      batch.surfaces[r] = slate.surface();
      spread(all.bits()[impressions[row]], batch.labels, r * actions, actions);
    }
    return batch;
  }

  /**
   * Returns a batch of candidates without labels, which all have the same user's history.
   *
   * @param history number of the user's actions before the candidates
   */
  static Batch candidates(FeedLog log, int user, int history, int surface, int[] items) {
    int n = Math.max(1, length(history));
    Batch batch = Batch.empty(items.length, n, log.schema().actions().size());
    for (int r = 0; r < items.length; r++) {
      batch.history(r, log, user, history);
      batch.candidates[r] = items[r];
      batch.surfaces[r] = surface;
    }
    return batch;
  }

  private static int length(int history) {
    return Math.min(history, MOST_HISTORY);
  }

  private static void spread(long bits, float[] into, int at, int actions) {
    for (int c = 0; c < actions; c++) {
      into[at + c] = bits >>> c & 1;
    }
  }

  /**
   * A batch of rows.
   *
   * @param items (rows, n) items of the histories
   * @param known (rows, n, 1), which is 1 for an action and 0 for padding
   * @param actions (rows, n, actions) actions on these items
   * @param candidates (rows) candidate items
   * @param surfaces (rows) surfaces of the impressions
   * @param labels (rows, actions), which is 1 for each action that the impression got, else 0
   */
  record Batch(
      int rows,
      int n,
      long[] items,
      float[] known,
      float[] actions,
      long[] candidates,
      long[] surfaces,
      float[] labels) {
    private static Batch empty(int rows, int n, int actions) {
      return new Batch(
          rows,
          n,
          new long[rows * n],
          new float[rows * n],
          new float[rows * n * actions],
          new long[rows],
          new long[rows],
          new float[rows * actions]);
    }

    /** Fills a row with the latest of a user's first {@code history} actions. */
    private void history(int row, FeedLog log, int user, int history) {
      int count = log.schema().actions().size();
      int length = length(history);
      int first = log.actionStart(user) + history - length;
      for (int j = 0; j < length; j++) {
        int at = row * n + j;
        items[at] = log.actionItems()[first + j];
        known[at] = 1;
        spread(log.actionBits()[first + j], actions, at * count, count);
      }
    }
  }
}
