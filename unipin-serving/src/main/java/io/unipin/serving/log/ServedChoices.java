package io.unipin.serving.log;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.request.Draw;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The choices that exploration made, read from a served log. With these choices, the value of other
 * policies can be estimated. Immutable.
 */
public final class ServedChoices {
  private final Map<String, List<ServedEntry>> users;
  private final List<ServedChoice> all;

  private ServedChoices(Map<String, List<ServedEntry>> users, List<ServedChoice> all) {
    this.users = users;
    this.all = List.copyOf(all);
  }

  /**
   * Reads a log's folder.
   *
   * @param attribution longest time after a page within which an action counts for the page
   * @param skipped receives one sentence for each line that is not a complete entry
   */
  public static ServedChoices read(Path folder, Duration attribution, Consumer<String> skipped) {
    Map<String, List<ServedEntry>> users = new LinkedHashMap<>();
    List<ServedChoice> all = new ArrayList<>();
    ServedLines.read(folder, skipped)
        .forEach(
            (user, entries) -> {
              List<ServedEntry> ordered = ServedLines.once(entries);
              users.put(user, ordered);
              for (int i = 0; i < ordered.size(); i++) {
                List<ServedEntry> after = ordered.subList(i + 1, ordered.size());
                all.addAll(choices(ordered.get(i), after, attribution.toMillis()));
              }
            });
    return new ServedChoices(users, all);
  }

  private static List<ServedChoice> choices(
      ServedEntry entry, List<ServedEntry> after, long attributionMs) {
    LoggedDraws draws = entry.draws();
    String view = entry.view();
    if (view == null || draws == null) {
      return List.of();
    }
    ServedChoice.Page page =
        new ServedChoice.Page(
            entry.user(),
            view,
            entry.timeMs(),
            entry.surface(),
            entry.arm() == null ? "" : entry.arm());
    Map<Integer, Draw> logged = new HashMap<>();
    if (draws.options() != null) {
      draws.options().forEach(draw -> logged.put(draw.place(), draw.draw()));
    }
    List<ServedChoice> choices = new ArrayList<>();
    for (int place = 0; place < entry.items().size(); place++) {
      long item = entry.items().get(place);
      double propensity = draws.propensities().get(place);
      boolean explored = draws.explored().contains(place);
      if (explored || propensity < 1 || logged.containsKey(place)) {
        choices.add(
            new ServedChoice(
                page,
                place,
                item,
                propensity,
                explored,
                Optional.ofNullable(logged.get(place)),
                actions(item, entry.timeMs() + attributionMs, after)));
      }
    }
    return choices;
  }

  private static Set<String> actions(long item, long untilMs, List<ServedEntry> after) {
    Set<String> names = new HashSet<>();
    for (ServedEntry entry : after) {
      if (entry.timeMs() > untilMs) {
        break;
      }
      if (entry.view() == null && entry.items().get(0) == item && entry.actions() != null) {
        names.addAll(entry.actions());
      }
    }
    return names;
  }

  /** Returns all choices, ordered by user and time. */
  public List<ServedChoice> all() {
    return all;
  }

  /**
   * Returns the users' actions, with one feedview per choice. The feedviews stand in the order of
   * {@link #all}. The impressions of a feedview are the options of the draw, in their order.
   * Options that the catalogue does not know are left out. The impressions have no labels.
   */
  public FeedLog optionsLog(FeedSchema schema, Catalogue catalogue) {
    Map<String, List<ServedChoice>> byView = new HashMap<>();
    all.forEach(
        choice ->
            byView
                .computeIfAbsent(
                    key(choice.page().user(), choice.page().view()), k -> new ArrayList<>())
                .add(choice));
    FeedLogBuilder builder = new FeedLogBuilder(schema, catalogue);
    users.forEach(
        (user, entries) -> {
          builder.user(user);
          for (ServedEntry entry : entries) {
            if (entry.view() == null) {
              int row = catalogue.row(entry.items().get(0));
              if (row != Catalogue.UNKNOWN) {
                ServedLogExport.action(builder, schema, row, entry);
              }
            } else {
              byView
                  .getOrDefault(key(user, entry.view()), List.of())
                  .forEach(choice -> options(builder, schema, catalogue, choice));
            }
          }
        });
    return builder.build();
  }

  private static String key(String user, String view) {
    return user + '\0' + view;
  }

  private static void options(
      FeedLogBuilder builder, FeedSchema schema, Catalogue catalogue, ServedChoice choice) {
    int surface = Math.max(schema.surfaces().indexOf(choice.page().surface()), 0);
    builder.view(surface, choice.page().timeMs());
    for (Draw.Option option : choice.draw().map(Draw::options).orElse(List.of())) {
      int row = catalogue.row(option.item());
      if (row != Catalogue.UNKNOWN) {
        builder.impression(row, 0);
      }
    }
  }
}
