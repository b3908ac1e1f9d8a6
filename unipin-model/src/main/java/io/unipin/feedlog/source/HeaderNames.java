package io.unipin.feedlog.source;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of the columns of delimited text. */
public final class HeaderNames {
  private HeaderNames() {}

  /**
   * Returns the names that the first line gives to the columns. A column without a name, such as
   * the row numbers that data frames write, is called {@code column} and its place from 1, and then
   * underscores if another column has this name.
   */
  public static List<String> of(List<@Nullable String> firstLine) {
    Set<String> given = new HashSet<>();
    firstLine.forEach(name -> given.add(String.valueOf(name).toLowerCase(Locale.ROOT)));
    List<String> names = new ArrayList<>();
    for (String name : firstLine) {
      names.add(name == null || name.isBlank() ? unnamed(names.size() + 1, given) : name);
    }
    return names;
  }

  private static String unnamed(int place, Set<String> given) {
    StringBuilder name = new StringBuilder("column").append(place);
    while (given.contains(name.toString())) {
      name.append('_');
    }
    return name.toString();
  }
}
