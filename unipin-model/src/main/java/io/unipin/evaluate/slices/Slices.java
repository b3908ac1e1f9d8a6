package io.unipin.evaluate.slices;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.Ranks;
import io.unipin.evaluate.RetrievalMetrics;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Figures of an evaluation of the test part, divided into slices. The slices are made by four
 * properties: how often the item occurs in training, the item's age, whether the item was withheld,
 * and the length of the user's history. {@link ListFigures} also say how the model's lists cover
 * the catalogue. Immutable.
 */
public final class Slices {
  static final int CUTOFF = RetrievalMetrics.LIST;

  private final Map<String, List<SliceFigures>> slices = new LinkedHashMap<>();
  private final ListFigures lists;
  private final int withheld;

  private Slices(ListFigures lists, int withheld) {
    this.lists = lists;
    this.withheld = withheld;
  }

  /**
   * Divides an evaluation into slices.
   *
   * @param log the log that was evaluated
   * @param holdout the split that was evaluated
   * @throws IllegalArgumentException when the evaluation is of another part than the test part
   */
  public static Slices of(Evaluation evaluation, FeedLog log, Holdout holdout) {
    if (evaluation.part() != Part.TEST) {
      throw new IllegalArgumentException(
          "an evaluation of the test part expected, got one of " + evaluation.part());
    }
    List<int[]> shown =
        evaluation.retrieval().answers().stream().map(RetrievalMetrics.Answer::list).toList();
    Slices slices =
        new Slices(
            ListFigures.of(shown, log.catalogue().size(), holdout.withheld()),
            holdout.withheld().size());
    Figured figured = Figured.of(evaluation, log.schema().actions());
    for (Slicing slicing : Slicing.of(log, holdout)) {
      slices.slices.put(slicing.key(), figured.by(slicing));
    }
    return slices;
  }

  /**
   * The parts of an evaluation that are divided into slices: the ranks of the targets, and the
   * predicted impressions.
   */
  private record Figured(
      RetrievalMetrics retrieval,
      Predictions predictions,
      List<String> actions,
      List<float[]> ranking,
      List<float[]> shown,
      List<boolean[]> labels) {

    static Figured of(Evaluation evaluation, List<String> actions) {
      Predictions predictions = evaluation.predictions();
      IntStream all = IntStream.range(0, actions.size());
      List<Integer> bits = all.boxed().toList();
      return new Figured(
          evaluation.retrieval(),
          predictions,
          actions,
          bits.stream().map(predictions::probabilities).toList(),
          bits.stream().map(predictions::shownProbabilities).toList(),
          bits.stream().map(predictions::labels).toList());
    }

    List<SliceFigures> by(Slicing slicing) {
      List<RetrievalMetrics.Answer> answers = retrieval.answers();
      int[] targets =
          answers.stream()
              .mapToInt(each -> slicing.targets().of(each.item(), each.history(), each.timeMs()))
              .toArray();
      int[] items = predictions.items();
      int[] histories = predictions.histories();
      long[] times = predictions.times();
      int[] impressions =
          IntStream.range(0, items.length)
              .map(i -> slicing.impressions().of(items[i], histories[i], times[i]))
              .toArray();
      List<SliceFigures> figures = new ArrayList<>();
      for (int c = 0; c < slicing.classes().size(); c++) {
        figures.add(figures(slicing.classes().get(c), where(targets, c), where(impressions, c)));
      }
      return List.copyOf(figures);
    }

    private static int[] where(int[] classes, int index) {
      return IntStream.range(0, classes.length).filter(i -> classes[i] == index).toArray();
    }

    private SliceFigures figures(String name, int[] targets, int[] impressions) {
      int[] similar =
          retrieval.answers().stream().mapToInt(RetrievalMetrics.Answer::contentRank).toArray();
      int[] pages =
          retrieval.answers().stream().mapToInt(RetrievalMetrics.Answer::pageRank).toArray();
      List<SliceFigures.ActionFigures> figures = new ArrayList<>();
      for (int c = 0; c < actions.size(); c++) {
        figures.add(figures(c, impressions));
      }
      return new SliceFigures(
          name,
          ranks(retrieval.model().toArray(), targets),
          ranks(pages, retrieval.page().users() > 0 ? targets : new int[0]),
          ranks(retrieval.popularity().toArray(), targets),
          ranks(similar, retrieval.areContentsKnown() ? targets : new int[0]),
          impressions.length,
          List.copyOf(figures));
    }

    private static Ranks ranks(int[] all, int[] chosen) {
      return new Ranks(IntStream.of(chosen).map(t -> all[t]).toArray());
    }

    private SliceFigures.ActionFigures figures(int action, int[] chosen) {
      float[] scores = new float[chosen.length];
      boolean[] did = new boolean[chosen.length];
      double predicted = 0;
      long positives = 0;
      for (int i = 0; i < chosen.length; i++) {
        scores[i] = ranking.get(action)[chosen[i]];
        did[i] = labels.get(action)[chosen[i]];
        predicted += shown.get(action)[chosen[i]];
        positives += did[i] ? 1 : 0;
      }
      return new SliceFigures.ActionFigures(
          actions.get(action),
          positives,
          BinaryMetrics.auc(scores, did),
          predicted / chosen.length,
          (double) positives / chosen.length);
    }
  }

  /** Returns the classes by the key of their slicing. */
  Map<String, List<SliceFigures>> slices() {
    return slices;
  }

  ListFigures lists() {
    return lists;
  }

  /** Returns the number of withheld items. */
  int withheld() {
    return withheld;
  }

  /**
   * Returns how much the model's {@code hr10} and {@code ndcg10} exceed the figures of the content
   * neighbours. Only targets that are withheld items count. Empty if no item is withheld or items
   * have no content.
   */
  Map<String, PairedBootstrap.Difference> coldOverContent() {
    Map<String, PairedBootstrap.Difference> differences = new LinkedHashMap<>();
    List<SliceFigures> classes = slices.getOrDefault(Slicing.WITHHELD, List.of());
    for (SliceFigures each : classes) {
      if (each.name().equals(Slicing.COLD) && each.content().users() > 0) {
        Ranks model = each.model();
        Ranks content = each.content();
        differences.put("hr10", PairedBootstrap.mean(model.hits(CUTOFF), content.hits(CUTOFF)));
        differences.put("ndcg10", PairedBootstrap.mean(model.gains(CUTOFF), content.gains(CUTOFF)));
      }
    }
    return differences;
  }

  /**
   * Returns all figures: {@code {training_count: {"1-4": {targets, hr10, …, impressions, auc:
   * {like: …}, …}}, lists: {…}}}. Figures that are not defined are null.
   */
  public ObjectNode toJson() {
    return SlicesText.json(this);
  }

  /**
   * Returns the figures as a text table.
   *
   * @param action the action of the ranking figures
   */
  public String toTable(String action) {
    return SlicesText.table(this, action);
  }
}
