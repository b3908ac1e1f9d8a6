package io.unipin.train.batch;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainingSettings;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The classes of a batch's softmax over items: the catalogue rows that the batch embeds, and which
 * of them compete in the item loss.
 *
 * <p>With a full softmax, every batch has all rows of the catalogue as its classes. With a sampled
 * softmax, the classes are the batch's own items and uniform negatives. Only targets and negatives
 * compete, each with {@code -log Q} added to its logit. A recipe may leave out items without a
 * training target. Such items neither compete nor serve as negatives.
 *
 * <p>Q is the mixture from which competing classes are drawn: {@code Q(i) = a p(i) + (1 - a) / n}.
 * Here a is the share of targets among the batch's targets and negatives. p(i) is the share of item
 * i among all training targets, and n is the number of items that may compete. Source: Yi et al.,
 * Sampling-bias-corrected neural modeling, RecSys 2019.
 */
final class ItemClasses {
  private final long[] rows;
  private final float[] content;
  private final AttributeBags attributes;
  private final float[] bias;
  private final int[] index;

  private ItemClasses(
      long[] rows, float[] content, AttributeBags attributes, float[] bias, int[] index) {
    this.rows = rows;
    this.content = content;
    this.attributes = attributes;
    this.bias = bias;
    this.index = index;
  }

  /** Creates the classes of every batch of a training. */
  public static final class Source {
    private final int items;
    private final int contentDim;
    private final float[] content;
    private final AttributeBags attributes;
    private final double[] frequency;
    private final boolean[] unseen;
    private final int[] competing;
    private final TrainingSettings settings;
    private final ItemClasses full;
    private final int[] index;

    /**
     * @param known (items) whether each item competes even without a training target, if
     *     {@code training.unseenClasses} is off; withheld items then never compete
     */
    Source(FeedLog log, Holdout holdout, TrainConfig config, boolean[] known) {
      TrainingSettings settings = config.training();
      Catalogue catalogue = log.catalogue();
      this.items = catalogue.size();
      this.contentDim = catalogue.contentDim();
      this.content = withUnknown(catalogue);
      this.attributes = attributes(catalogue, config.model().attributes());
      this.settings = settings;
      this.frequency = frequency(log, holdout);
      this.unseen = new boolean[items];
      for (int item = 0; item < items; item++) {
        boolean competes = known[item] && !holdout.withheld().contains(item);
        unseen[item] = !settings.unseenClasses() && frequency[item] == 0 && !competes;
      }
      this.competing = IntStream.range(0, items).filter(item -> !unseen[item]).toArray();
      this.index = new int[items + 1];
      long[] all = new long[items + 1];
      Arrays.setAll(all, i -> i);
      int[] identity = new int[items + 1];
      Arrays.setAll(identity, i -> i);
      float[] bias = new float[items + 1];
      for (int row = 0; row <= items; row++) {
        bias[row] = row == items || unseen[row] ? Float.NEGATIVE_INFINITY : 0;
      }
      this.full = new ItemClasses(all, content, attributes, bias, identity);
    }

    /**
     * Returns the content (items + 1, contentDim) of the catalogue; zeros for the out-of-vocabulary
     * item.
     */
    public float[] content() {
      return content;
    }

    /** Returns the attributes (items + 1) of the catalogue; none for the out-of-vocabulary item. */
    public AttributeBags attributes() {
      return attributes;
    }

    /** Returns for each item whether it is left out of the softmax and has no id row. */
    boolean[] unseen() {
      return unseen;
    }

    /**
     * Returns the classes of a batch. The arguments are the items of histories ({@code context}),
     * of candidates ({@code slate}) and of targets.
     */
    ItemClasses of(long[] context, long[] slate, long[] targets, Random random) {
      int negatives = settings.negativesAmong(items);
      return negatives == 0 ? full : sampled(context, slate, targets, negatives, random);
    }

    private ItemClasses sampled(
        long[] context, long[] slate, long[] targets, int count, Random random) {
      long[] negatives = new long[competing.length == 0 ? 0 : count];
      for (int i = 0; i < negatives.length; i++) {
        negatives[i] = competing[random.nextInt(competing.length)];
      }
      Arrays.fill(index, -1);
      Growable.Longs rows = new Growable.Longs();
      add(rows, targets);
      add(rows, negatives);
      int drawn = rows.size();
      add(rows, context);
      add(rows, slate);
      long[] chosen = rows.toArray();
      float[] bias = new float[chosen.length];
      double share = (double) targets.length / Math.max(1, targets.length + negatives.length);
      for (int i = 0; i < chosen.length; i++) {
        int row = (int) chosen[i];
        if (i >= drawn) {
          bias[i] = Float.NEGATIVE_INFINITY;
        } else if (settings.logQ()) {
          bias[i] = (float) -Math.log(share * frequency[row] + (1 - share) / competing.length);
        }
      }
      float[] picked = new float[chosen.length * contentDim];
      for (int i = 0; i < chosen.length; i++) {
        System.arraycopy(content, (int) chosen[i] * contentDim, picked, i * contentDim, contentDim);
      }
      return new ItemClasses(chosen, picked, attributes.chosen(chosen), bias, index);
    }

    private void add(Growable.Longs rows, long[] more) {
      for (long row : more) {
        if (index[(int) row] < 0) {
          index[(int) row] = rows.size();
          rows.add(row);
        }
      }
    }

    private static float[] withUnknown(Catalogue catalogue) {
      return Arrays.copyOf(catalogue.content(), (catalogue.size() + 1) * catalogue.contentDim());
    }

    private static AttributeBags attributes(Catalogue catalogue, AttributeConfig read) {
      int items = catalogue.size();
      return read.reads()
          ? AttributeBags.of(
              items + 1,
              row ->
                  row == items
                      ? new int[0]
                      : read.bucketsOf(
                          catalogue.attributes(row),
                          catalogue.category(row),
                          catalogue.author(row)))
          : AttributeBags.none(items + 1);
    }

    private static double[] frequency(FeedLog log, Holdout holdout) {
      double[] counts = new double[log.catalogue().size()];
      double total = 0;
      for (int user = 0; user < log.users(); user++) {
        int start = log.actionStart(user);
        for (int i = start; i < start + holdout.trainEnd(user); i++) {
          if ((log.actionBits()[i] & log.schema().positiveBits()) != 0) {
            counts[log.actionItems()[i]]++;
            total++;
          }
        }
      }
      for (int i = 0; i < counts.length; i++) {
        counts[i] /= Math.max(1, total);
      }
      return counts;
    }
  }

  long[] rows() {
    return rows;
  }

  float[] content() {
    return content;
  }

  AttributeBags attributes() {
    return attributes;
  }

  float[] bias() {
    return bias;
  }

  /** Replaces catalogue rows by their indices among the classes, in place. */
  long[] translate(long[] items) {
    for (int i = 0; i < items.length; i++) {
      items[i] = index[(int) items[i]];
    }
    return items;
  }
}
