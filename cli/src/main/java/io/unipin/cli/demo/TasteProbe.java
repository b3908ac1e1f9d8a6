package io.unipin.cli.demo;

import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests the probabilities of some items twice, before and after the user acts. Some items belong
 * to one category, and the other items do not. Not thread-safe.
 */
final class TasteProbe {
  private static final int EACH = 100;

  private final UniPinClient client;
  private final String user;
  private final List<Long> inside = new ArrayList<>();
  private final List<Long> outside = new ArrayList<>();
  private final Map<Long, ScoredItem> before = new HashMap<>();

  TasteProbe(UniPinClient client, String user, Catalogue catalogue, String category) {
    this.client = client;
    this.user = user;
    for (int row = 0; row < catalogue.size(); row++) {
      List<Long> side = catalogue.category(row).equals(category) ? inside : outside;
      if (side.size() < EACH) {
        side.add(catalogue.id(row));
      }
    }
  }

  /** Stores the current probabilities for the later comparison. */
  void remember(long timeMs) {
    rank(timeMs).getItemsList().forEach(item -> before.put(item.getItemId(), item));
  }

  /**
   * Returns the mean change of an action's probability since {@link #remember}. The first value is
   * for items inside the category, and the second value is for items outside it.
   */
  double[] change(long timeMs, String action) {
    double[] sums = new double[2];
    for (ScoredItem item : rank(timeMs).getItemsList()) {
      ScoredItem old = before.get(item.getItemId());
      if (old != null) {
        float change =
            item.getProbabilitiesOrDefault(action, 0) - old.getProbabilitiesOrDefault(action, 0);
        sums[inside.contains(item.getItemId()) ? 0 : 1] += change;
      }
    }
    sums[0] /= Math.max(1, inside.size());
    sums[1] /= Math.max(1, outside.size());
    return sums;
  }

  int inside() {
    return inside.size();
  }

  int outside() {
    return outside.size();
  }

  private RankResponse rank(long timeMs) {
    return client.rank(
        RankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(timeMs))
            .addAllItemIds(inside)
            .addAllItemIds(outside)
            .build());
  }
}
