package io.unipin.evaluate.baseline;

import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import java.util.ArrayList;
import java.util.List;

/**
 * A baseline that knows the quality of items and the activity of users, but not the tastes of
 * users. For each action it predicts {@code logit p = global + item effect + user effect}.
 *
 * <p>The item effect compares the item's rate in the training slates with the global rate, in
 * log-odds. The user effect covers all of the user's slates before the judged slate, including
 * held-out slates. This effect compares, in log-odds, the user's rate in these slates with the rate
 * that the slates' items predict.
 *
 * <p>Both the item's rate and the user's rate are shrunk towards the rate with which they are
 * compared. Each of the two rates gets {@code 2 / (g (1 − g))} pseudo-impressions, where g is the
 * global rate. This shrinkage approximates a normal prior of variance 1/2 on an effect. Immutable.
 */
public final class BiasBaseline {
  private static final double PRIOR_PRECISION = 2;

  private final Slates slates;
  private final int actions;
  private final double[] rates;
  private final double[] weights;
  private final float[] itemLogits;

  private BiasBaseline(Slates slates, int actions, double[] rates, int[] shown, int[] got) {
    this.slates = slates;
    this.actions = actions;
    this.rates = rates;
    this.weights = new double[actions];
    this.itemLogits = new float[got.length];
    for (int c = 0; c < actions; c++) {
      weights[c] = PRIOR_PRECISION / (rates[c] * (1 - rates[c]));
      for (int item = 0; item < shown.length; item++) {
        int at = item * actions + c;
        itemLogits[at] = (float) logit(shrunk(got[at], shown[item], rates[c], weights[c]));
      }
    }
  }

  /** Fits the baseline to a log's training slates. Impressions of withheld items are left out. */
  public static BiasBaseline of(Slates slates, int users, int items, int actions) {
    int[] shown = new int[items];
    int[] got = new int[Math.multiplyExact(items, actions)];
    long total = 0;
    long[] totals = new long[actions];
    for (int user = 0; user < users; user++) {
      for (Slate slate : slates.of(user)) {
        if (slate.part() != Part.TRAIN) {
          continue;
        }
        for (int i = slate.from(); i < slate.to(); i++) {
          int item = slates.items()[i];
          if (slates.withheld().contains(item)) {
            continue;
          }
          shown[item]++;
          total++;
          for (int c = 0; c < actions; c++) {
            long hit = slates.bits()[i] >>> c & 1;
            got[item * actions + c] += (int) hit;
            totals[c] += hit;
          }
        }
      }
    }
    double[] rates = new double[actions];
    for (int c = 0; c < actions; c++) {
      rates[c] = (totals[c] + 0.5) / (total + 1);
    }
    return new BiasBaseline(slates, actions, rates, shown, got);
  }

  /**
   * Returns probabilities for those slates of a user that belong to a part, oldest slate first.
   *
   * @param history all slates of the user, oldest first
   * @return one array (impressions, actions) per slate of the part
   */
  public List<float[]> probabilities(List<Slate> history, Part part) {
    List<float[]> probabilities = new ArrayList<>();
    UserRate user = new UserRate();
    int known = 0;
    for (int s = 0; s < history.size(); s++) {
      Slate slate = history.get(s);
      while (known < s && isBefore(history.get(known), slate)) {
        user.add(history.get(known++));
      }
      if (slate.part() == part) {
        probabilities.add(user.probabilities(slate));
      }
    }
    return probabilities;
  }

  /**
   * Whether a slate's outcome is known when a later slate is judged. As in the model, the outcome
   * of a slate is unknown to other slates with the same time and history.
   */
  private boolean isBefore(Slate earlier, Slate slate) {
    return !slates.areFeedviews()
        || (earlier.timeMs() == slate.timeMs()
            ? earlier.history() < slate.history()
            : earlier.timeMs() < slate.timeMs());
  }

  private static double shrunk(double got, double shown, double rate, double weight) {
    return (got + weight * rate) / (shown + weight);
  }

  private static double logit(double p) {
    return Math.log(p) - Math.log1p(-p);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Counts the rates of one user while the user's slates are read one by one. Not thread-safe. */
  private final class UserRate {
    private final double[] got = new double[actions];
    private final double[] expected = new double[actions];
    private int shown;

    void add(Slate slate) {
      for (int i = slate.from(); i < slate.to(); i++) {
        shown++;
        for (int c = 0; c < actions; c++) {
          got[c] += slates.bits()[i] >>> c & 1;
          expected[c] += sigmoid(itemLogits[slates.items()[i] * actions + c]);
        }
      }
    }

    float[] probabilities(Slate slate) {
      float[] probabilities = new float[slate.size() * actions];
      for (int c = 0; c < actions; c++) {
        double effect = effect(c);
        for (int k = 0; k < slate.size(); k++) {
          int item = slates.items()[slate.from() + k];
          probabilities[k * actions + c] = (float) sigmoid(itemLogits[item * actions + c] + effect);
        }
      }
      return probabilities;
    }

    private double effect(int c) {
      double rate = shown == 0 ? rates[c] : expected[c] / shown;
      return logit(shrunk(got[c], shown, rate, weights[c])) - logit(rate);
    }
  }
}
