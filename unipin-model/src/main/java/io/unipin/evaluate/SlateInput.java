package io.unipin.evaluate;

import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.PagePositions;
import java.util.Locale;
import java.util.stream.IntStream;

/** An input of a request. Calibration is measured separately for each of its classes. */
public enum SlateInput {
  /** Time between the user's last action and the request. */
  GAP {
    @Override
    int of(Slate slate, int place) {
      return slate.gap();
    }

    @Override
    String name(int index, FeedSchema schema) {
      return gap(index);
    }
  },
  SURFACE {
    @Override
    int of(Slate slate, int place) {
      return slate.surface();
    }

    @Override
    String name(int index, FeedSchema schema) {
      return schema.surfaces().get(index);
    }
  },
  /** Position of an impression on the page. The first position is 0. */
  POSITION {
    @Override
    int of(Slate slate, int place) {
      return PagePositions.of(place);
    }

    @Override
    String name(int index, FeedSchema schema) {
      return Integer.toString(index);
    }
  },
  /** Number of the user's earlier actions. Powers of two divide the numbers into classes. */
  HISTORY {
    @Override
    int of(Slate slate, int place) {
      return Integer.SIZE - Integer.numberOfLeadingZeros(slate.history());
    }

    @Override
    String name(int index, FeedSchema schema) {
      return index < 2 ? Integer.toString(index) : (1 << (index - 1)) + "-" + ((1 << index) - 1);
    }
  };

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  /**
   * Returns the class of a slate's impression.
   *
   * @param place place of the impression on the page, from 0
   */
  abstract int of(Slate slate, int place);

  /** Returns the classes of the positions at which a slate's impressions were shown. */
  public static int[] positions(Slates slates, Slate slate) {
    return IntStream.range(0, slate.size())
        .map(k -> PagePositions.of(slates.position(slate, k)))
        .toArray();
  }

  /** Returns a readable name of a class. */
  abstract String name(int index, FeedSchema schema);

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns a readable name of a bucket of gaps. A bucket is named by its shortest gap. */
  static String gap(int bucket) {
    return switch (bucket) {
      case GapBuckets.FIRST -> "first";
      case GapBuckets.UNKNOWN -> "unknown";
      default -> "from " + time((1L << (bucket - 2)) - 1);
    };
  }

  /** Returns a duration as text, in the largest unit that fits. */
  public static String time(long seconds) {
    if (seconds < MINUTE) {
      return seconds + " s";
    }
    if (seconds < HOUR) {
      return String.format(Locale.ROOT, "%.1f min", (double) seconds / MINUTE);
    }
    return seconds < DAY
        ? String.format(Locale.ROOT, "%.1f h", (double) seconds / HOUR)
        : String.format(Locale.ROOT, "%.1f d", (double) seconds / DAY);
  }
}
