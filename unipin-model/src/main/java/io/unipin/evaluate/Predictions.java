package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import io.unipin.feedlog.split.Withheld;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predictions of the model and of the baselines for held-out impressions, user by user and slate by
 * slate. Immutable.
 */
public final class Predictions {
  private final FeedLog log;
  private final Slates slates;
  private final List<Judged> judged;
  private final Withheld leftOut;
  private final int impressions;

  /**
   * A slate with its predictions, each of shape (impressions, actions).
   *
   * @param user row of the slate's user in the log
   * @param model the model's probabilities by which the evaluation ranks the impressions
   * @param shown the model's probabilities, computed for the position at which each impression was
   *     shown
   * @param counts probabilities of {@code CountsBaseline}; empty if this baseline is not measured
   * @param plain {@code model} without the model's counts; equal to {@code model} if it has none
   * @param plainShown {@code shown} without the model's counts
   */
  record Judged(
      int user,
      Slate slate,
      float[] model,
      float[] shown,
      float[] bias,
      float[] counts,
      float[] plain,
      float[] plainShown) {}

  /**
   * Creates the predictions.
   *
   * @param leftOut items whose impressions are left out
   */
  Predictions(FeedLog log, Slates slates, List<Judged> judged, Withheld leftOut) {
    this.log = log;
    this.slates = slates;
    this.judged = List.copyOf(judged);
    this.leftOut = leftOut;
    this.impressions = Arrays.stream(sizes()).sum();
  }

  /** Returns the number of slates. */
  public int slates() {
    return judged.size();
  }

  public int impressions() {
    return impressions;
  }

  /** Returns the model's probabilities (impressions) of the action whose bit is {@code action}. */
  public float[] probabilities(int action) {
    return gather((slate, k) -> slate.model()[k * actions() + action]);
  }

  /**
   * Returns the model's probabilities (impressions) of an action at the positions where the
   * impressions were shown. Labels depend on these positions.
   */
  public float[] shownProbabilities(int action) {
    return gather((slate, k) -> slate.shown()[k * actions() + action]);
  }

  /** Returns {@link #probabilities} without the model's counts. */
  public float[] plainProbabilities(int action) {
    return gather((slate, k) -> slate.plain()[k * actions() + action]);
  }

  /** Returns {@link #shownProbabilities} without the model's counts. */
  public float[] plainShownProbabilities(int action) {
    return gather((slate, k) -> slate.plainShown()[k * actions() + action]);
  }

  /** Returns for each impression whether it got the action whose bit is {@code action}. */
  public boolean[] labels(int action) {
    boolean[] labels = new boolean[impressions];
    forEach((at, slate, k) -> labels[at] = (slates.bits()[row(slate, k)] >>> action & 1) != 0);
    return labels;
  }

  float[] biasProbabilities(int action) {
    return gather((slate, k) -> slate.bias()[k * actions() + action]);
  }

  /** Whether {@code CountsBaseline} was measured. */
  boolean areCountsKnown() {
    return !judged.isEmpty() && judged.stream().allMatch(each -> each.counts().length > 0);
  }

  float[] countsProbabilities(int action) {
    return gather((slate, k) -> slate.counts()[k * actions() + action]);
  }

  /** Returns for each impression the score of its item. */
  float[] byItem(float[] itemScores) {
    return gather((slate, k) -> itemScores[slates.items()[row(slate, k)]]);
  }

  /** Returns for each impression the class of the given input. */
  int[] classes(SlateInput input) {
    return integers((slate, k) -> input.of(slate.slate(), slates.position(slate.slate(), k)));
  }

  /** Returns for each impression the catalogue row of its item. */
  public int[] items() {
    return integers((slate, k) -> slates.items()[row(slate, k)]);
  }

  /** Returns for each impression the index of its surface. */
  public int[] surfaces() {
    return integers((slate, k) -> slate.slate().surface());
  }

  /** Returns for each impression the number of the user's earlier actions. */
  public int[] histories() {
    return integers((slate, k) -> slate.slate().history());
  }

  /**
   * Returns for each impression the time at which it was shown, in milliseconds since 1970, or
   * {@link FeedLog#NO_TIME}. In a log without feedviews this is the time of the user's action.
   */
  public long[] times() {
    long[] times = new long[impressions];
    forEach(
        (at, slate, k) ->
            times[at] =
                slates.areFeedviews() ? slate.slate().timeMs() : log.actionTimes()[row(slate, k)]);
    return times;
  }

  /**
   * Returns for each impression the probability that the log's oracle states. The log must have an
   * oracle.
   */
  float[] oracle() {
    return gather((slate, k) -> log.impressionOracle()[row(slate, k)]);
  }

  FeedLog log() {
    return log;
  }

  FeedSchema schema() {
    return log.schema();
  }

  /** Returns for each impression the row of its user. Impressions of one user are adjacent. */
  public int[] users() {
    return integers((slate, k) -> slate.user());
  }

  /** Returns for each impression the id of its item. */
  public long[] itemIds() {
    return Arrays.stream(items()).mapToLong(log.catalogue()::id).toArray();
  }

  /**
   * Impressions that one request ranks.
   *
   * @param history number of the user's earlier actions
   * @param surface index of the surface
   * @param timeMs when the impressions were shown, in milliseconds since 1970, or {@link
   *     FeedLog#NO_TIME}
   * @param from index of the first impression
   * @param to index after the last impression
   */
  public record Request(int user, int history, int surface, long timeMs, int from, int to) {}

  /** Returns the request of each slate, in the order of the impressions. */
  public List<Request> requests() {
    int[] sizes = sizes();
    List<Request> requests = new ArrayList<>();
    int from = 0;
    for (int s = 0; s < sizes.length; s++) {
      Slate slate = judged.get(s).slate();
      int to = from + sizes[s];
      requests.add(
          new Request(
              judged.get(s).user(), slate.history(), slate.surface(), slate.timeMs(), from, to));
      from = to;
    }
    return requests;
  }

  /** Returns the impressions by user and by slate. */
  public SlateGroups groups() {
    return new SlateGroups(users(), sizes(), itemIds());
  }

  /** Returns for each slate the number of its impressions. */
  int[] sizes() {
    return judged.stream()
        .mapToInt(
            each ->
                (int)
                    IntStream.range(0, each.slate().size()).filter(k -> isJudged(each, k)).count())
        .toArray();
  }

  boolean areFeedviews() {
    return slates.areFeedviews();
  }

  public int actions() {
    return log.schema().actions().size();
  }

  private int row(Judged slate, int k) {
    return slate.slate().from() + k;
  }

  private boolean isJudged(Judged slate, int k) {
    return !leftOut.contains(slates.items()[row(slate, k)]);
  }

  private float[] gather(Score score) {
    float[] scores = new float[impressions];
    forEach((at, slate, k) -> scores[at] = score.of(slate, k));
    return scores;
  }

  private int[] integers(Integral value) {
    int[] values = new int[impressions];
    forEach((at, slate, k) -> values[at] = value.of(slate, k));
    return values;
  }

  private void forEach(Impression impression) {
    int at = 0;
    for (Judged each : judged) {
      for (int k = 0; k < each.slate().size(); k++) {
        if (isJudged(each, k)) {
          impression.at(at++, each, k);
        }
      }
    }
  }

  /** Computes the score of a slate's k-th impression. */
  @FunctionalInterface
  private interface Score {
    float of(Judged slate, int k);
  }

  /** Computes a whole number for a slate's k-th impression. */
  @FunctionalInterface
  private interface Integral {
    int of(Judged slate, int k);
  }

  /** Takes a slate's k-th impression, which has the index {@code at} among all impressions. */
  @FunctionalInterface
  private interface Impression {
    void at(int at, Judged slate, int k);
  }
}
