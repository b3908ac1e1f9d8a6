package io.unipin.cli.trial;

import io.unipin.cli.console.Table;
import io.unipin.cli.demo.Guide;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows a page for a real user beside the most popular items. */
final class TrialPage {
  private static final int SIZE = 10;
  private static final int LATEST = 5;

  private final FeedLog log;
  private final TrialUser user;
  private final Guide guide;

  TrialPage(FeedLog log, TrialUser user, Guide guide) {
    this.log = log;
    this.user = user;
    this.guide = guide;
  }

  /** Asks for the page, shows it, and returns what it holds. */
  Map<String, Object> show(UniPinClient client, Holdout holdout) {
    guide.say("%s", introduction(user));
    Table latest = new Table("newest actions", "item", "title", "category");
    for (int i = 0; i < Math.min(LATEST, user.known()); i++) {
      int action = log.actionStart(user.row()) + user.known() - 1 - i;
      int item = log.actionItems()[action];
      latest.row(
          String.join(" + ", log.schema().actionNames(log.actionBits()[action])),
          name(item),
          log.catalogue().title(item),
          log.catalogue().category(item));
    }
    guide.show(latest);
    List<Integer> model = new ArrayList<>();
    for (ScoredItem item : client.retrieveAndRank(request()).getItemsList()) {
      model.add(log.catalogue().row(item.getItemId()));
    }
    List<Integer> popular = new Popularity(log, holdout).page(user.row(), user.known(), SIZE);
    Table table = new Table("#", "the model", "", "popularity", "");
    for (int place = 0; place < Math.max(model.size(), popular.size()); place++) {
      table.row(
          place + 1,
          name(model, place),
          title(model, place),
          name(popular, place),
          title(popular, place));
    }
    guide.show(table);
    int last = log.actionItems()[log.actionStart(user.row()) + user.known()];
    guide.say(
        "The last action is on %s (%s): the model has it %s, popularity %s.",
        name(last), log.catalogue().title(last), placeOf(model, last), placeOf(popular, last));
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("user", user.id());
    results.put("items", model.stream().map(this::name).toList());
    results.put("popular", popular.stream().map(this::name).toList());
    results.put("hidden", name(last));
    results.put("hidden_from_training", user.heldOut());
    return results;
  }

  /**
   * Returns a sentence about the user. The sentence tells whether the model was trained on the
   * user's last action.
   */
  static String introduction(TrialUser user) {
    return String.format(
        Locale.ROOT,
        user.heldOut()
            ? "User %s has %,d actions; the last one is hidden from training, and the server"
                + " doesn't know it."
            : "User %s has %,d actions; the server doesn't know the last one, but the training did:"
                + " this page shows no more than that it works.",
        user.id(),
        user.known() + 1);
  }

  private RetrieveAndRankRequest request() {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(user.id()).setTimeMs(user.visitMs()))
        .setPageSize(SIZE)
        .build();
  }

  private static String placeOf(List<Integer> page, int item) {
    int place = page.indexOf(item);
    return place < 0 ? "not on its page" : "at place " + (place + 1);
  }

  private String name(List<Integer> page, int place) {
    return place < page.size() ? name(page.get(place)) : "";
  }

  private String title(List<Integer> page, int place) {
    return place < page.size() ? log.catalogue().title(page.get(place)) : "";
  }

  private String name(int item) {
    String key = log.catalogue().key(item);
    return key.isEmpty() ? String.valueOf(log.catalogue().id(item)) : key;
  }
}
