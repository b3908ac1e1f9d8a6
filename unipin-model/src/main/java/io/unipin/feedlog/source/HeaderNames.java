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
   * Returns the names that the first line gives to the columns. A column without a name gets the
   * name {@code column}, followed by its place, counted from 1. Underscores are appended while
   * another column has this name. Libraries for data frames write a column without a name, which
   * holds row numbers.
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
