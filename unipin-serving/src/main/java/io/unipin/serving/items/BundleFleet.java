package io.unipin.serving.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.LoadedBundle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All bundles that serve or are kept for a roll-back. Remembers which bundles lag behind the store.
 * Not thread-safe: callers hold the lock of {@link ItemChanges}.
 */
final class BundleFleet {
  private static final Logger logger = LoggerFactory.getLogger(BundleFleet.class);

  /** Largest number of calls of {@link #catchUp} between two attempts for one bundle. */
  private static final int LONGEST_PAUSE = 512;

  private final BundleHolder own;
  private final Collection<BundleHolder> others;
  private final int limit;

  /**
   * The holders whose bundles lag behind. Such a bundle does not serve all items that it should
   * serve.
   */
  private final Map<BundleHolder, Pause> behind = new HashMap<>();

  /**
   * The pause of a bundle between two attempts, in calls of {@link #catchUp}. There are
   * {@code left} calls left before the next attempt. If that attempt fails, the next pause takes
   * {@code next} calls.
   */
  private record Pause(int left, int next) {
    static final Pause NONE = new Pause(0, 1);

    Pause longer() {
      return new Pause(next, Math.min(LONGEST_PAUSE, 2 * next));
    }
  }

  /** Creates the fleet. Each bundle serves at most {@code limit} live items. */
  BundleFleet(BundleHolder own, Collection<BundleHolder> others, int limit) {
    this.own = own;
    this.others = others;
    this.limit = limit;
  }

  private BundleItems items(LoadedBundle bundle) {
    return new BundleItems(bundle, limit);
  }

  /** Returns the holders of all bundles in service. The server's own holder comes first. */
  private List<BundleHolder> holders() {
    return Stream.concat(Stream.of(own), others.stream()).toList();
  }

  /**
   * Removes items from every bundle that serves, and from the bundle that is kept for a roll-back.
   * If a bundle fails, the other bundles still lose the items, and {@link #catchUp} removes them
   * from the failed bundle later.
   *
   * @throws RuntimeException the first failure of a bundle, after all bundles were tried
   */
  void remove(long[] ids) {
    List<BundleHolder> upToDate = new ArrayList<>(holders());
    upToDate.removeAll(behind.keySet());
    upToDate.forEach(holder -> behind.put(holder, Pause.NONE));
    List<RuntimeException> failures = new ArrayList<>();
    for (BundleHolder holder : holders()) {
      try {
        holder.ifServing(bundle -> bundle.remove(ids));
        if (upToDate.contains(holder)) {
          behind.remove(holder);
        }
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    own.previous().ifPresent(bundle -> bundle.remove(ids)); // a roll-back settles it again
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  /**
   * Restores items in all bundles except the server's own bundle. An item is restored if it belongs
   * to the bundle and the bundle's index lacks it.
   */
  void restoreInOthers(long[] ids) {
    follow(
        items -> {
          items.restoreOwn(ids);
          return true;
        });
  }

  /** Whether any loaded bundle has an own item with this id. */
  boolean knows(long id) {
    boolean[] known = {false};
    Consumer<LoadedBundle> look =
        bundle -> known[0] |= bundle.catalogue().row(id) != Catalogue.UNKNOWN;
    holders().forEach(holder -> holder.ifServing(look));
    own.previous().ifPresent(look);
    return known[0];
  }

  /**
   * Returns, for each bundle in service, whether and how it serves an id. The server's own holder
   * is number 0.
   */
  List<ItemPlace> places(long id, @Nullable StoredItem stored, boolean isDeleted) {
    List<ItemPlace> places = new ArrayList<>();
    int number = 0;
    for (BundleHolder holder : holders()) {
      int holderNumber = number++;
      holder.ifServing(
          bundle -> places.add(items(bundle).place(holderNumber, id, stored, isDeleted)));
    }
    return places;
  }

  /**
   * Runs a change of the server's own bundle. If the change fails, {@link #catchUp} brings the
   * bundle up to date later.
   */
  void serve(Runnable change) {
    boolean wasBehind = behind.putIfAbsent(own, Pause.NONE) != null;
    change.run();
    if (!wasBehind) {
      behind.remove(own);
    }
  }

  /**
   * Runs a step that brings each other bundle up to date. The step returns whether the bundle
   * serves all items that it should. If a step fails, {@link #catchUp} brings the bundle up to date
   * later.
   */
  void follow(Predicate<BundleItems> step) {
    follow(others, step);
  }

  /** Runs a step like {@link #follow} for all bundles, including the server's own bundle. */
  void followWithAll(Predicate<BundleItems> step) {
    follow(holders(), step);
  }

  private void follow(Collection<BundleHolder> holders, Predicate<BundleItems> step) {
    for (BundleHolder holder : holders) {
      if (!succeeds(holder, step)) {
        behind.putIfAbsent(holder, Pause.NONE);
      }
    }
  }

  private boolean succeeds(BundleHolder holder, Predicate<BundleItems> step) {
    boolean[] done = {true};
    try {
      holder.ifServing(bundle -> done[0] = step.test(items(bundle)));
    } catch (RuntimeException e) {
      logger.warn("a bundle does not serve all items that were put; it is tried again", e);
      done[0] = false;
    }
    return done[0];
  }

  /**
   * Brings the bundles that lag behind up to date with the store. If a bundle still lags behind,
   * the number of calls until its next attempt doubles, up to a limit.
   */
  void catchUp(ItemStore store) {
    for (BundleHolder holder : List.copyOf(behind.keySet())) {
      Pause pause = behind.getOrDefault(holder, Pause.NONE);
      if (pause.left() > 0) {
        behind.put(holder, new Pause(pause.left() - 1, pause.next()));
      } else if (succeeds(holder, bundle -> bundle.settle(store))) {
        behind.remove(holder);
      } else {
        behind.put(holder, pause.longer());
      }
    }
  }

  /** Brings a bundle up to date with the store, and then puts it in service. */
  void serve(BundleHolder holder, LoadedBundle bundle, ItemStore store, Runnable swap) {
    boolean complete = items(bundle).settle(store);
    swap.run();
    behind.remove(holder);
    if (!complete) {
      behind.put(holder, Pause.NONE);
    }
  }
}
