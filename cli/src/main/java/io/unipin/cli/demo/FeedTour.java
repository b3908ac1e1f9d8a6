package io.unipin.cli.demo;

import io.unipin.cli.server.SlateText;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plays and explains one user's visit to the feed, request by request. Not thread-safe. */
final class FeedTour {
  private static final int PAGE = 10;
  private static final int REPEATS = 9;
  private static final long ACTS_AFTER_MS = 20_000;

  private final Guide guide;
  private final UniPinClient client;
  private final DemoUser user;
  private final List<String> engagement;
  private final Map<String, Object> results = new LinkedHashMap<>();

  FeedTour(Guide guide, UniPinClient client, DemoUser user) {
    this.guide = guide;
    this.client = client;
    this.user = user;
    this.engagement = Engagement.typical(user.log());
  }

  /** Plays the visit and returns its figures. */
  Map<String, Object> run() {
    Visit first = firstPage();
    Visit second = samePageAgain(first);
    nextPage(second);
    List<ScoredItem> liked = Engagement.pair(user.log(), first.response().getItemsList());
    String category = Engagement.category(user.log(), liked.get(0));
    TasteProbe probe = new TasteProbe(client, user.id(), user.log().catalogue(), category);
    probe.remember(user.visitMs());
    act(liked);
    afterTheAction(first, liked);
    why(probe, category);
    return results;
  }

  /** Returns the user, with the time at which the visit's last page was requested. */
  Visitor visitor() {
    return new Visitor(user, returnMs());
  }

  private Visit firstPage() {
    guide.stop("A feed for user " + user.id());
    guide.say(
        "The server knows %,d actions of this user, who asks for a page %,d s after the last one.",
        user.actions(), user.pauseMs() / 1000);
    guide.show(user.latest(6));
    Visit visit = visit(user.visitMs(), "");
    guide.say("RetrieveAndRank read them, searched all items, scored the candidates and returned:");
    guide.show(visit.response(), 1);
    guide.say(
        "p(...) is the model's probability that the user will do it; utility orders the page.");
    served(visit);
    results.put("first", visit.figures());
    return visit;
  }

  private Visit samePageAgain(Visit first) {
    guide.stop("The same request again");
    Visit visit = visit(user.visitMs(), "");
    served(visit);
    double before = SlateText.milliseconds(first.response().getServed());
    double now = medianOfRepeats();
    boolean same =
        ids(first.response().getItemsList()).equals(ids(visit.response().getItemsList()));
    guide.say(
        "The user's attention keys and values were still in memory: nothing was encoded again.");
    guide.say(
        "%.1f ms in the server (median of %d) instead of %.1f ms: %.1f times as fast. The page is %s.",
        now, REPEATS, before, before / now, same ? "the same" : "another one");
    Map<String, Object> figures = visit.figures();
    figures.put("same_items", same);
    figures.put("median_server_ms", now);
    figures.put("speedup", before / now);
    results.put("second", figures);
    return visit;
  }

  private double medianOfRepeats() {
    double[] milliseconds = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
      milliseconds[i] = SlateText.milliseconds(visit(user.visitMs(), "").response().getServed());
    }
    Arrays.sort(milliseconds);
    return milliseconds[REPEATS / 2];
  }

  private void nextPage(Visit visit) {
    guide.stop("Page 2");
    Visit next = visit(user.visitMs(), visit.response().getNextPageCursor());
    guide.show(next.response(), PAGE + 1);
    Set<Long> repeats = new HashSet<>(ids(next.response().getItemsList()));
    repeats.retainAll(ids(visit.response().getItemsList()));
    guide.say(
        "The cursor carried what page 1 showed: %d of its items are repeated.", repeats.size());
    results.put("page2_repeats", repeats.size());
    results.put("page2", next.figures());
  }

  private void act(List<ScoredItem> liked) {
    guide.stop("The user acts");
    UserActions.Builder actions = UserActions.newBuilder().setUserId(user.id());
    for (int i = 0; i < liked.size(); i++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(liked.get(i).getItemId())
              .addAllActions(engagement)
              .setTimeMs(user.visitMs() + (i + 1) * ACTS_AFTER_MS)
              .setEventId("demo-" + i));
      guide.say(
          "%s on '%s' (%s)",
          String.join(" + ", engagement),
          liked.get(i).getTitle(),
          Engagement.category(user.log(), liked.get(i)));
    }
    RecordActionsRequest request = RecordActionsRequest.newBuilder().addUsers(actions).build();
    RecordActionsResponse recorded = client.recordActions(request);
    RecordActionsResponse again = client.recordActions(request);
    guide.say(
        "RecordActions stored %d; the same message sent twice stored %d more and named %d duplicates.",
        recorded.getRecorded(), again.getRecorded(), again.getDuplicates());
  }

  private void afterTheAction(Visit first, List<ScoredItem> liked) {
    guide.stop("The feed after the action");
    // The pause since the last action is the same as before, so only the action can change the
    // result.
    Visit visit = visit(returnMs(), "");
    guide.show(visit.response(), 1);
    served(visit);
    guide.say("Only the new actions went through the model; the rest of the history was reused.");
    List<ScoredItem> before = first.response().getItemsList();
    RankRequest again =
        RankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user.id()).setTimeMs(returnMs()))
            .addAllItemIds(ids(before))
            .build();
    SlateChange change =
        new SlateChange(before, visit.response().getItemsList(), client.rank(again).getItemsList());
    change.print(guide, ids(liked));
    results.put("after_action", visit.figures());
    results.put("score_shift", change.largest());
    results.put("slate_kept", change.kept());
  }

  private void why(TasteProbe probe, String category) {
    String action = Engagement.rarest(user.log(), engagement);
    double[] change = probe.change(returnMs(), action);
    guide.say(
        "Why: over %d items of '%s' p(%s) moved by %+.4f on average, over %d others by %+.4f.",
        probe.inside(), category, action, change[0], probe.outside(), change[1]);
    guide.say(
        "The model took the action for a sign of taste, and the pause was the same as before.");
    results.put("shift_in_category", change[0]);
    results.put("shift_elsewhere", change[1]);
  }

  private long returnMs() {
    return user.visitMs() + 2 * ACTS_AFTER_MS + user.pauseMs();
  }

  private Visit visit(long timeMs, String cursor) {
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user.id()).setTimeMs(timeMs))
            .setPageSize(PAGE)
            .setPageCursor(cursor)
            .build();
    long begin = System.nanoTime();
    RetrieveAndRankResponse response = client.retrieveAndRank(request);
    return new Visit(response, (System.nanoTime() - begin) / 1e6);
  }

  private void served(Visit visit) {
    guide.say("%s", SlateText.served(visit.response().getServed()));
    guide.say(
        "stages: %s; %.1f ms seen by the client",
        SlateText.stages(visit.response().getServed().getStagesMsMap()), visit.milliseconds());
  }

  private static List<Long> ids(List<ScoredItem> items) {
    return items.stream().map(ScoredItem::getItemId).toList();
  }

  /** A response and the number of milliseconds that the client waited for it. */
  private record Visit(RetrieveAndRankResponse response, double milliseconds) {
    Map<String, Object> figures() {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("cache", SlateText.cache(response.getServed()));
      figures.put("encoded_actions", response.getServed().getEncodedActions());
      figures.put("history_actions", response.getServed().getHistoryActions());
      figures.put("server_ms", SlateText.milliseconds(response.getServed()));
      figures.put("client_ms", milliseconds);
      return figures;
    }
  }
}
