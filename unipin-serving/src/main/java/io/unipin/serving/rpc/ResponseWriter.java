package io.unipin.serving.rpc;

import io.unipin.kvcache.KvOutcome;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveResponse;
import io.unipin.proto.v1.RetrievedItem;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.keys.RequestedItems;
import io.unipin.serving.request.Draws;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.Removal;
import io.unipin.serving.request.Retrieval;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Builds responses. Immutable. */
final class ResponseWriter {
  private static final double NANOS_PER_MS = 1e6;

  private final String config;

  /** Creates a writer. {@code config} is the version of the server's settings. */
  ResponseWriter(String config) {
    this.config = config;
  }

  RetrieveAndRankResponse page(
      Page page, Map<Stage, Long> spent, Route route, RequestedItems items) {
    RetrieveAndRankResponse.Builder response = RetrieveAndRankResponse.newBuilder();
    for (int place = 0; place < page.items().size(); place++) {
      ScoredItem.Builder item = item(page.items().get(place), page.trace().actions(), items);
      response.addItems(page.draws().on() ? drawn(item, page.draws(), place) : item);
    }
    for (Removal removal : page.removals()) {
      response
          .addRemovedBuilder()
          .setItemId(removal.item())
          .setKey(items.key(removal.item()))
          .setPlace(removal.place())
          .setUtility(removal.utility())
          .setRule(name(removal.rule()));
    }
    Served.Builder served = served(page.trace(), spent, route, items);
    return response
        .setNextPageCursor(page.nextCursor())
        .setServed(served.setImpressions(page.draws().generation()))
        .build();
  }

  private static ScoredItem.Builder drawn(ScoredItem.Builder item, Draws draws, int place) {
    return item.setPropensity(draws.propensity(place))
        .setRule(draws.isExplored(place) ? name(Removal.Rule.EXPLORATION) : "");
  }

  private static String name(Removal.Rule rule) {
    return rule.name().toLowerCase(Locale.ROOT);
  }

  RetrieveResponse retrieval(
      Retrieval retrieval, Map<Stage, Long> spent, Route route, RequestedItems items) {
    RetrieveResponse.Builder response = RetrieveResponse.newBuilder();
    retrieval
        .items()
        .forEach(
            item ->
                response.addItems(
                    RetrievedItem.newBuilder()
                        .setItemId(item.id())
                        .setKey(items.key(item.id()))
                        .setRetrievalScore(item.score())));
    return response.setServed(served(retrieval.trace(), spent, route, items)).build();
  }

  RankResponse ranking(Ranking ranking, Map<Stage, Long> spent, Route route, RequestedItems items) {
    RankResponse.Builder response = RankResponse.newBuilder();
    for (RankedItem item : ranking.items()) {
      response.addItems(item(item, ranking.trace().actions(), items));
    }
    return response.setServed(served(ranking.trace(), spent, route, items)).build();
  }

  private static ScoredItem.Builder item(
      RankedItem item, List<String> actions, RequestedItems items) {
    ScoredItem.Builder builder =
        ScoredItem.newBuilder()
            .setItemId(item.id())
            .setKey(items.key(item.id()))
            .setUtility(item.utility())
            .setRetrievalScore(item.retrievalScore())
            .setTitle(item.title());
    for (int action = 0; action < item.probabilities().length; action++) {
      builder.putProbabilities(actions.get(action), item.probabilities()[action]);
    }
    return builder;
  }

  private Served.Builder served(
      Trace trace, Map<Stage, Long> spent, Route route, RequestedItems items) {
    Served.Builder served =
        Served.newBuilder()
            .setRequestId(trace.requestId())
            .setArm(route.arm())
            .setBundle(trace.bundle())
            .setModel(trace.model())
            .setIndex(trace.index())
            .setCounts(trace.counts())
            .setEngine(trace.engine())
            .setConfig(config)
            .setCache(outcome(trace.cache()))
            .setHistoryActions(trace.historyActions())
            .setEncodedActions(trace.encodedActions())
            .addAllDegradations(trace.degradations());
    for (long id : trace.unknownItems()) {
      String key = items.requestedKey(id);
      if (key.isEmpty()) {
        served.addUnknownItemIds(id);
      } else {
        served.addUnknownItemKeys(key);
      }
    }
    for (Assignment assignment : route.assignments()) {
      served
          .addExperimentsBuilder()
          .setLayer(assignment.layer())
          .setExperiment(assignment.experiment())
          .setArm(assignment.arm())
          .setOverridden(assignment.overridden());
    }
    spent.forEach((stage, nanos) -> served.putStagesMs(stage.label(), nanos / NANOS_PER_MS));
    return served;
  }

  private static Served.CacheOutcome outcome(KvOutcome outcome) {
    return switch (outcome) {
      case HIT -> Served.CacheOutcome.HIT;
      case APPEND -> Served.CacheOutcome.APPEND;
      case PREFILL -> Served.CacheOutcome.PREFILL;
      case RELOAD -> Served.CacheOutcome.RELOAD;
      case UNCACHED -> Served.CacheOutcome.UNCACHED;
    };
  }
}
