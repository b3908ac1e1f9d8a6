package io.unipin.serving.console;

import io.unipin.model.features.PageOrder;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.inspect.InspectedItem;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.inspect.ReadAction;
import io.unipin.serving.inspect.Verdict;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.request.PreRankTrace;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An inspected request, in the form in which the console's JSON shows it.
 *
 * @param counts generation of the tables of counts that ranking used; empty if it used none
 * @param preRank report about pre-ranking; absent if no candidate had to be left out
 * @param item verdict on the item that the form names; absent if the form names none
 * @param explained verdicts on the other items that the form asks about, in the form's order
 */
record InspectionView(
    String user,
    String bundle,
    String index,
    String counts,
    List<Experiment> experiments,
    String cache,
    long lifetime,
    int historyActions,
    int encodedActions,
    List<String> degradations,
    List<String> actions,
    Map<String, Double> stagesMs,
    List<Action> history,
    List<Item> candidates,
    @Nullable PreRank preRank,
    Utility utility,
    @Nullable Fate item,
    List<Fate> explained) {
  private static final double NANOS_PER_MS = 1e6;

  /**
   * The weights whose sum over retrieval score and probabilities is a candidate's utility.
   *
   * @param retrievalScore weight of the retrieval score
   * @param probabilities weights by action, without the actions of weight 0
   */
  record Utility(float retrievalScore, Map<String, Float> probabilities) {
    static Utility of(PageOrder order, List<String> actions) {
      Map<String, Float> weights = order.probabilities(actions);
      weights.values().removeIf(weight -> weight == 0);
      return new Utility(order.similarity(), weights);
    }
  }

  /**
   * The work of pre-ranking.
   *
   * @param rule formula of the sum by which candidates were ordered
   * @param candidates number of candidates that were ordered
   * @param removed number of these candidates that were left out
   */
  record PreRank(String rule, int candidates, int removed) {
    static @Nullable PreRank of(PreRankTrace trace) {
      return trace.ran() ? new PreRank(trace.rule(), trace.candidates(), trace.removed()) : null;
    }
  }

  record Experiment(String layer, String experiment, String arm, boolean overridden) {}

  // Ids are texts, because JavaScript numbers can't represent every long.
  record Action(
      String id,
      String key,
      String title,
      boolean known,
      List<String> actions,
      String surface,
      long timeMs) {}

  record Item(
      String id,
      String key,
      String title,
      String category,
      int rank,
      int retrievalRank,
      int preRank,
      int page,
      String rule,
      float utility,
      float counted,
      float retrievalScore,
      float[] probabilities) {}

  record Fate(
      String id,
      String key,
      String title,
      String verdict,
      String meaning,
      String reason,
      int exactRank,
      float retrievalScore,
      float lastRetrieved,
      int preRank,
      int rank,
      float lastOnPage,
      @Nullable Float utility,
      float counted,
      float[] probabilities) {}

  /**
   * Creates the answer.
   *
   * @param reasons returns why the bundle does not serve an explained item; the text is empty if
   *     the bundle serves the item
   */
  static InspectionView of(
      String user,
      ConsoleApi.Inspected inspected,
      List<Assignment> assignments,
      Function<ItemExplanation, String> reasons) {
    Inspection inspection = inspected.inspection();
    ItemNames names = inspected.names();
    Map<String, Double> stages = new LinkedHashMap<>();
    for (Stage stage : Stage.values()) {
      Long nanos = inspection.nanos().get(stage);
      if (nanos != null) {
        stages.put(stage.label(), nanos / NANOS_PER_MS);
      }
    }
    List<Fate> fates =
        inspection.items().stream()
            .map(verdict -> fate(verdict, names, reasons.apply(verdict)))
            .toList();
    int more = inspected.asksForItem() ? 1 : 0;
    return new InspectionView(
        user,
        inspection.trace().bundle(),
        inspection.trace().index(),
        inspection.trace().counts(),
        assignments.stream()
            .map(it -> new Experiment(it.layer(), it.experiment(), it.arm(), it.overridden()))
            .toList(),
        inspection.trace().cache().name().toLowerCase(Locale.ROOT),
        inspection.lifetime(),
        inspection.trace().historyActions(),
        inspection.trace().encodedActions(),
        inspection.trace().degradations(),
        inspection.trace().actions(),
        stages,
        inspection.history().stream().map(read -> action(read, names)).toList(),
        inspection.candidates().stream().map(candidate -> item(candidate, names)).toList(),
        PreRank.of(inspection.trace().preRank()),
        Utility.of(inspection.order(), inspection.trace().actions()),
        inspected.asksForItem() ? fates.get(0) : null,
        fates.subList(more, fates.size()));
  }

  private static Action action(ReadAction read, ItemNames names) {
    return new Action(
        String.valueOf(read.action().itemId()),
        names.key(read.action().itemId()),
        read.title(),
        read.known(),
        read.action().actions(),
        read.action().surface(),
        read.action().timeMs());
  }

  private static Item item(InspectedItem inspected, ItemNames names) {
    RankedItem item = inspected.item();
    return new Item(
        String.valueOf(item.id()),
        names.key(item.id()),
        item.title(),
        inspected.category(),
        inspected.rank(),
        inspected.retrievalRank(),
        inspected.preRank(),
        inspected.page(),
        inspected.rule(),
        item.utility(),
        item.counted(),
        item.retrievalScore(),
        item.probabilities());
  }

  private static Fate fate(ItemExplanation verdict, ItemNames names, String reason) {
    RankedItem scored = verdict.scored();
    // The model of a bundle knows the bundle's own items even after their deletion.
    Verdict step =
        reason.isEmpty() || verdict.verdict() == Verdict.UNKNOWN
            ? verdict.verdict()
            : Verdict.DELETED;
    return new Fate(
        String.valueOf(verdict.id()),
        names.key(verdict.id()),
        verdict.title(),
        step.name().toLowerCase(Locale.ROOT),
        step.meaning(),
        reason,
        verdict.exactRank(),
        verdict.retrievalScore(),
        verdict.lastRetrieved(),
        verdict.preRank(),
        verdict.rank(),
        verdict.lastOnPage(),
        scored == null ? null : scored.utility(),
        scored == null ? 0 : scored.counted(),
        scored == null ? new float[0] : scored.probabilities());
  }
}
