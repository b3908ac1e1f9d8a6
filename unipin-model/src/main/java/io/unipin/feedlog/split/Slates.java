package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.GapBuckets;
import java.util.ArrayList;
import java.util.List;

/**
 * The labelled impressions of a log, as slates. A slate is a feedview. In a log without feedviews,
 * every action is a slate of one impression.
 *
 * <p>Immutable. A slate that is an action has no time, because its time would reveal that the user
 * acted.
 */
public final class Slates {
  private static final int[] NONE = {};

  private final FeedLog log;
  private final Holdout holdout;
  private final boolean feedviews;

  public Slates(FeedLog log, Holdout holdout) {
    this.log = log;
    this.holdout = holdout;
    this.feedviews = log.views() > 0;
  }

  /** Whether slates are feedviews. Otherwise they are single actions. */
  public boolean areFeedviews() {
    return feedviews;
  }

  /**
   * Returns the items that no training may see. The slates still contain impressions of these
   * items.
   */
  public Withheld withheld() {
    return holdout.withheld();
  }

  /** Returns the catalogue rows of the impressions. */
  public int[] items() {
    return feedviews ? log.impressionItems() : log.actionItems();
  }

  /** Returns the multi-hots of the actions that the impressions got. */
  public long[] bits() {
    return feedviews ? log.impressionBits() : log.actionBits();
  }

  /**
   * Returns the place on the page of a slate's impression, from 0. Impressions above it count, even
   * if the log lacks them.
   *
   * @param index index of the impression in the slate, from 0
   */
  public int position(Slate slate, int index) {
    int[] positions = feedviews ? log.impressionPositions() : NONE;
    return positions.length == 0 ? index : positions[slate.from() + index];
  }

  /** Returns all slates of a user, oldest first. */
  public List<Slate> of(int user) {
    List<Slate> slates = new ArrayList<>();
    if (feedviews) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        slates.add(feedview(user, view));
      }
    } else {
      int start = log.actionStart(user);
      for (int action = start; action < log.actionStart(user + 1); action++) {
        slates.add(action(user, action, action - start));
      }
    }
    return slates;
  }

  private Slate feedview(int user, int view) {
    int history = log.viewHistory()[view];
    long time = log.viewTimes()[view];
    long last =
        history == 0 ? FeedLog.NO_TIME : log.actionTimes()[log.actionStart(user) + history - 1];
    return new Slate(
        holdout.part(user, view),
        log.impressionStart(view),
        log.impressionStart(view + 1),
        history,
        log.viewSurfaces()[view],
        GapBuckets.of(last, time),
        time);
  }

  private Slate action(int user, int action, int history) {
    Part part = Part.TEST;
    if (history < holdout.trainEnd(user)) {
      part = Part.TRAIN;
    } else if (history < holdout.validationEnd(user)) {
      part = Part.VALIDATION;
    }
    return new Slate(
        part,
        action,
        action + 1,
        history,
        log.actionSurfaces()[action],
        GapBuckets.UNKNOWN,
        FeedLog.NO_TIME);
  }
}
