package io.unipin.feedlog.simulator;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The simulated items: unit vectors of topics and items, and each item's quality, popularity, time
 * of appearance and content. Immutable.
 */
final class ItemWorld {
  static final int LATENT = 12;

  private static final double SPREAD_IN_TOPIC = 0.22;
  private static final double ZIPF = 0.7;
  private static final double CONTENT_NOISE = 0.15;
  private static final long FIRST_ID = 1_000_001;
  private static final int ITEMS_PER_TOPIC = 40;
  private static final int MAX_TOPICS = 400;
  private static final String[] NAMES = {
    "garden", "travel", "recipes", "knitting", "cycling", "jazz", "sailing", "pottery", "chess",
    "birds", "cinema", "camping", "tea", "maps", "robots", "bread", "surfing", "typography",
    "mosaics", "orchids"
  };

  private final double[][] centres;
  private final double[][] latents;
  private final int[] topics;
  private final double[] quality;
  private final long[] createdMs;
  private final int[][] itemsOfTopic;
  private final double[][] weightsOfTopic;
  private final double[] popularity;
  private final Catalogue catalogue;

  private ItemWorld(SimulatorConfig config, SplittableRandom random) {
    int items = config.items();
    int count = Math.max(5, Math.min(items / ITEMS_PER_TOPIC, MAX_TOPICS));
    centres = new double[count][];
    Arrays.setAll(centres, topic -> normalise(gaussian(LATENT, 1, random)));
    topics = new int[items];
    latents = new double[items][];
    quality = new double[items];
    createdMs = new long[items];
    popularity = new double[items];
    int[] ranks = shuffled(items, random);
    for (int item = 0; item < items; item++) {
      topics[item] = random.nextInt(count);
      double[] latent = gaussian(LATENT, SPREAD_IN_TOPIC, random);
      addScaled(latent, centres[topics[item]], 1);
      latents[item] = normalise(latent);
      quality[item] = random.nextGaussian();
      popularity[item] = StrictMath.pow(1 + ranks[item], -ZIPF);
      createdMs[item] = SessionClock.START_MS;
      if (random.nextDouble() < config.coldShare()) {
        createdMs[item] += (long) (SessionClock.SPAN_MS * (0.3 + 0.6 * random.nextDouble()));
      }
    }
    itemsOfTopic = new int[count][];
    weightsOfTopic = new double[count][];
    for (int topic = 0; topic < count; topic++) {
      itemsOfTopic[topic] = members(topic);
      weightsOfTopic[topic] =
          Arrays.stream(itemsOfTopic[topic]).mapToDouble(i -> popularity[i]).toArray();
      Arrays.parallelPrefix(weightsOfTopic[topic], Double::sum);
    }
    Arrays.parallelPrefix(popularity, Double::sum);
    catalogue = Catalogue.of(describe(config.contentDim(), random));
  }

  static ItemWorld random(SimulatorConfig config) {
    return new ItemWorld(config, new SplittableRandom(~config.seed()));
  }

  private int[] members(int topic) {
    int[] found = IntStream.range(0, topics.length).filter(i -> topics[i] == topic).toArray();
    return found.length > 0 ? found : new int[] {topic};
  }

  /**
   * Creates the items. An item's content is a noisy projection of the first half of the item's
   * latent vector. The content therefore reveals a part of the vector.
   */
  private List<CatalogueItem> describe(int contentDim, SplittableRandom random) {
    double[][] projection = new double[contentDim][];
    Arrays.setAll(projection, d -> gaussian(LATENT / 2, 1, random));
    List<CatalogueItem> items = new ArrayList<>();
    for (int item = 0; item < topics.length; item++) {
      float[] content = new float[contentDim];
      for (int d = 0; d < contentDim; d++) {
        double noise = CONTENT_NOISE * random.nextGaussian();
        content[d] = (float) (dot(projection[d], latents[item]) + noise);
      }
      String topic = name(topics[item]);
      String title = Character.toUpperCase(topic.charAt(0)) + topic.substring(1) + ", pin " + item;
      items.add(new CatalogueItem(FIRST_ID + item, title, topic, createdMs[item], content));
    }
    return items;
  }

  private static String name(int topic) {
    String name = NAMES[topic % NAMES.length];
    return topic < NAMES.length ? name : name + " " + (1 + topic / NAMES.length);
  }

  private static int[] shuffled(int size, SplittableRandom random) {
    int[] values = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      values[i] = values[j];
      values[j] = i;
    }
    return values;
  }

  private static double[] gaussian(int size, double deviation, SplittableRandom random) {
    double[] vector = new double[size];
    Arrays.setAll(vector, d -> deviation * random.nextGaussian());
    return vector;
  }

  /** Draws an item of a topic, with a probability in proportion to the item's popularity. */
  int drawFrom(int topic, SplittableRandom random) {
    return itemsOfTopic[topic][draw(weightsOfTopic[topic], random)];
  }

  /** Draws an item of any topic, with a probability in proportion to the item's popularity. */
  int drawPopular(SplittableRandom random) {
    return draw(popularity, random);
  }

  private static int draw(double[] cumulative, SplittableRandom random) {
    int last = cumulative.length - 1;
    int found = Arrays.binarySearch(cumulative, random.nextDouble() * cumulative[last]);
    return Math.min(last, found < 0 ? -found - 1 : found);
  }

  static void addScaled(double[] to, double[] vector, double factor) {
    for (int d = 0; d < to.length; d++) {
      to[d] += factor * vector[d];
    }
  }

  static double[] normalise(double[] vector) {
    double norm = Math.sqrt(dot(vector, vector));
    for (int d = 0; d < vector.length; d++) {
      vector[d] /= norm;
    }
    return vector;
  }

  /**
   * Returns the dot product of two vectors. Elements of {@code b} beyond the length of {@code a} do
   * not count.
   */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  int items() {
    return topics.length;
  }

  int topics() {
    return centres.length;
  }

  int topic(int item) {
    return topics[item];
  }

  double[] centre(int topic) {
    return centres[topic];
  }

  double[] latent(int item) {
    return latents[item];
  }

  double quality(int item) {
    return quality[item];
  }

  long createdMs(int item) {
    return createdMs[item];
  }

  Catalogue catalogue() {
    return catalogue;
  }
}
