package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.KeyColumns.Keys;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds users and items among columns whose names tell nothing about their meaning. */
final class UnnamedKeys {
  /**
   * The gaps between rows of one item must be at least this many times as long as the gaps between
   * rows of one user.
   */
  private static final double MUCH_SHORTER = 8;

  private static final double LONGEST_TITLE = 64;

  private final TableProfile table;
  private final Set<String> taken;

  /**
   * Creates a search.
   *
   * @param taken columns that have another role for sure, such as times
   */
  UnnamedKeys(TableProfile table, Set<String> taken) {
    this.table = table;
    this.taken = Set.copyOf(taken);
  }

  /**
   * Returns the columns of users and items. If they cannot be found, both are null.
   *
   * @param left columns whose values repeat like ids
   * @throws InferenceException if nothing tells which of two columns has users and which has items
   */
  Keys find(List<ColumnProfile> left) {
    if (left.size() == 1) {
      ColumnProfile title = onlyTitle();
      return title == null
          ? new Keys(null, null)
          : new Keys(
              new Choice(left.get(0), "the only column whose values repeat like ids"),
              new Choice(title, "the only column of texts that repeat"));
    }
    for (ColumnProfile time : table.columns()) {
      Keys keys = left.size() < 2 ? null : byGaps(time, left);
      if (keys != null) {
        return keys;
      }
    }
    if (left.size() != 2) {
      return new Keys(null, null);
    }
    String a = left.get(0).name();
    String b = left.get(1).name();
    throw new InferenceException(
        "%s: users and items expected, but nothing tells which of '%s' and '%s' is which:"
                .formatted(table.name(), a, b)
            + " --user '%s' --item '%s', or --user '%s' --item '%s' decides".formatted(a, b, b, a));
  }

  /**
   * Returns the column of repeated texts with several words; null if there is not exactly one such
   * column.
   */
  private @Nullable ColumnProfile onlyTitle() {
    ColumnProfile only = null;
    for (ColumnProfile column : table.columns()) {
      boolean title =
          !taken.contains(column.name())
              && column.spaced() >= 0.05
              && column.distinct() > 16
              && column.repeats() > 1.5
              && column.formats().isEmpty()
              && column.meanLength() < LONGEST_TITLE;
      if (title && only != null) {
        return null;
      }
      only = title ? column : only;
    }
    return only;
  }

  /**
   * Tells users from items by the time between two rows of the same value. The item is the column
   * with the longest gaps. Columns that the item determines are its categories. If column a
   * determines column b, then a is a session and b is the user.
   */
  private @Nullable Keys byGaps(ColumnProfile time, List<ColumnProfile> left) {
    ColumnProfile item = left.get(0);
    for (ColumnProfile column : left) {
      double gap = gap(time, column);
      if (Double.isNaN(gap)) {
        return null;
      }
      item = gap > gap(time, item) ? column : item;
    }
    List<ColumnProfile> users = new ArrayList<>();
    for (ColumnProfile column : left) {
      if (!column.equals(item) && !determines(item, column)) {
        users.add(column);
      }
    }
    List<ColumnProfile> coarsest =
        users.stream()
            .filter(one -> users.stream().noneMatch(o -> !o.equals(one) && determines(one, o)))
            .toList();
    if (coarsest.size() != 1) {
      return null;
    }
    ColumnProfile user = coarsest.get(0);
    double ofUser = gap(time, user);
    double ofItem = gap(time, item);
    return ofItem >= MUCH_SHORTER * Math.max(1000, ofUser)
        ? keys(user, item, ofUser, ofItem)
        : null;
  }

  private double gap(ColumnProfile time, ColumnProfile column) {
    return table.relations().gap(time.name(), column.name());
  }

  private boolean determines(ColumnProfile one, ColumnProfile other) {
    return table.relations().determined(one.name(), other.name()) >= 0.98;
  }

  private static Keys keys(ColumnProfile user, ColumnProfile item, double ofUser, double ofItem) {
    String reason =
        String.format(
            Locale.ROOT,
            "half of its values come again within %,.0f s, those of the item within %,.0f s",
            ofUser / 1000,
            ofItem / 1000);
    return new Keys(
        new Choice(user, reason),
        new Choice(item, "the other column whose values repeat like ids"));
  }
}
