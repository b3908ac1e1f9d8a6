package io.unipin.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the known name for which a misspelt name stands.
 *
 * <p>Case, dashes and underscores do not count. One slip is a character that was added, left out or
 * replaced, or two neighbouring characters that were swapped (optimal string alignment). Longer
 * names may contain more slips.
 */
public final class Nearest {
  private static final int LONGEST = 100;

  private Nearest() {}

  /**
   * Returns a text to append to an error about a name, such as {@code ; did you mean 'port'?}. The
   * text is empty if no known name is near.
   */
  public static String hint(String name, Collection<String> known) {
    return of(name, known).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /**
   * Returns the known name with the fewest slips. If several names have the fewest slips, returns
   * the first of these names. Returns empty if every name has too many slips.
   */
  public static Optional<String> of(String name, Collection<String> known) {
    if (name.length() > LONGEST) {
      return Optional.empty();
    }
    String plain = plain(name);
    String nearest = null;
    int fewest = slips(plain.length()) + 1;
    for (String each : known) {
      int distance = each.equals(name) ? fewest : distance(plain, plain(each));
      if (distance < fewest) {
        fewest = distance;
        nearest = each;
      }
    }
    return Optional.ofNullable(nearest);
  }

  private static int slips(int length) {
    return length <= 3 ? 1 : length <= 7 ? 2 : 3;
  }

  private static String plain(String name) {
    return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
  }

  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, 1 + cost[i - 2][j - 2]) : least;
  }
}
