package io.unipin.feedlog.simulator;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A simulated feed whose pages the caller chooses, visit by visit in the order of time. Its users,
 * items and clicks follow the rules of {@link FeedSimulator}. Equal configurations and equal pages
 * give equal reactions.
 *
 * <p>Two feeds of equal configurations differ only in what their pages cause. Clicks change the
 * taste of a session, and the seconds that a user spends on items delay the next visit. But the
 * random numbers of a visit and of each position do not depend on earlier pages. Not thread-safe.
 */
public final class LiveFeed {
  /** The time at which the feed begins, in milliseconds since 1970. */
  public static final long START_MS = SessionClock.START_MS;

  private final ItemWorld world;
  private final ResponseModel response = new ResponseModel();
  private final int pageSize;
  private final Map<Long, Integer> rows = new HashMap<>();
  private final PriorityQueue<Player> waiting = new PriorityQueue<>();
  private Player current;

  /** A user with the time of the next visit. */
  private static final class Player implements Comparable<Player> {
    private final String id;
    private final SplittableRandom visits;
    private final SimulatedUser user;
    private final LoggingPolicy policy;
    private final SessionClock clock;
    private int lastClicked = -1;
    private boolean related;

    /** Draws what happens in the current visit. */
    private SplittableRandom visit;

    Player(String id, ItemWorld world, double meanViews, SplittableRandom random) {
      this.id = id;
      this.user = new SimulatedUser(world, random.split());
      this.policy = new LoggingPolicy(world, random.split());
      this.clock = new SessionClock(meanViews, random.split(), random.split());
      this.visits = random.split();
      this.visit = visits;
    }

    /** Moves to the next visit. Returns false when there is none. */
    boolean next() {
      if (!clock.next()) {
        return false;
      }
      if (clock.startsSession()) {
        user.startSession();
        lastClicked = -1;
      }
      visit = visits.split();
      related = visit.nextDouble() < FeedSimulator.RELATED_AFTER_CLICK && lastClicked >= 0;
      return true;
    }

    @Override
    public int compareTo(Player other) {
      int byTime = Long.compare(clock.timeMs(), other.clock.timeMs());
      return byTime == 0 ? id.compareTo(other.id) : byTime;
    }
  }

  /** A user's request for a page. */
  public record Visit(String user, long timeMs, String surface) {}

  /**
   * What a user did on an item of a page.
   *
   * @param actions names of actions, at least one
   */
  public record Reaction(long item, List<String> actions, long timeMs) {}

  public LiveFeed(SimulatorConfig config) {
    this.world = ItemWorld.random(config);
    this.pageSize = config.slateSize();
    for (int row = 0; row < world.items(); row++) {
      rows.put(world.catalogue().id(row), row);
    }
    SplittableRandom seeds = new SplittableRandom(config.seed());
    int digits = String.valueOf(config.users() - 1).length();
    for (int user = 0; user < config.users(); user++) {
      String id = String.format(Locale.ROOT, "u%0" + digits + "d", user);
      Player player = new Player(id, world, config.meanViewsPerUser(), seeds.split());
      if (player.next()) {
        waiting.add(player);
      }
    }
    this.current = waiting.element();
  }

  /** Returns the names of the feed's actions. The first is a click. */
  public static List<String> actions() {
    return FeedSimulator.ACTIONS;
  }

  public static List<String> surfaces() {
    return FeedSimulator.SURFACES;
  }

  /** Returns the items that appear at or after {@code fromMs} and before {@code untilMs}. */
  public List<CatalogueItem> items(long fromMs, long untilMs) {
    Catalogue all = world.catalogue();
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < all.size(); row++) {
      if (all.createdMs(row) >= fromMs && all.createdMs(row) < untilMs) {
        items.add(all.item(row));
      }
    }
    return items;
  }

  /** Whether there is a visit before the given time, in milliseconds since 1970. */
  public boolean hasVisit(long untilMs) {
    Player next = waiting.peek();
    return next != null && next.clock.timeMs() < untilMs;
  }

  /**
   * Begins the next visit. The caller must show a page in this visit before it begins another
   * visit.
   */
  public Visit next() {
    current = waiting.remove();
    String surface =
        FeedSimulator.SURFACES.get(current.related ? FeedSimulator.RELATED : FeedSimulator.HOME);
    return new Visit(current.id, current.clock.timeMs(), surface);
  }

  /** Returns the page that the simulator's own policy would show in the current visit. */
  public long[] page() {
    int[] slate = new int[pageSize];
    int topic = current.related ? world.topic(current.lastClicked) : -1;
    current.policy.fill(slate, current.user, topic, current.clock.timeMs());
    long[] items = new long[pageSize];
    for (int i = 0; i < pageSize; i++) {
      items[i] = world.catalogue().id(slate[i]);
    }
    return items;
  }

  /**
   * Shows a page in the current visit and ends the visit.
   *
   * @param items ids of items of this feed, in displayed order
   * @return what the user did, in order of time
   */
  public List<Reaction> show(long[] items) {
    Player player = current;
    int surface = player.related ? FeedSimulator.RELATED : FeedSimulator.HOME;
    int clicked = -1;
    List<Reaction> reactions = new ArrayList<>();
    for (int position = 0; position < items.length; position++) {
      Integer row = rows.get(items[position]);
      if (row == null) {
        throw new IllegalArgumentException("an item of the feed expected, got " + items[position]);
      }
      double click = response.click(world, player.user, row);
      SplittableRandom random = player.visit.split();
      boolean looks = random.nextDouble() < response.examined(position, surface);
      long bits = looks ? response.act(world, player.user, row, click, random) : 0;
      if (bits != 0) {
        reactions.add(new Reaction(items[position], names(bits), player.clock.dwell()));
        player.policy.doNotRepeat(row);
      }
      if ((bits & FeedSimulator.CLICK) != 0) {
        clicked = row;
        player.user.clicked(row);
      }
    }
    player.lastClicked = clicked;
    if (player.next()) {
      waiting.add(player);
    }
    return reactions;
  }

  private static List<String> names(long bits) {
    List<String> names = new ArrayList<>();
    for (int action = 0; action < FeedSimulator.ACTIONS.size(); action++) {
      if ((bits >>> action & 1) != 0) {
        names.add(FeedSimulator.ACTIONS.get(action));
      }
    }
    return names;
  }
}
