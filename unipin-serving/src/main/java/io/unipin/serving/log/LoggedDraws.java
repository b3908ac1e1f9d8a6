package io.unipin.serving.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.unipin.serving.request.Draws;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The draws of a page, in the served log.
 *
 * @param generation generation of the counts of impressions that the draws used
 * @param propensities for each item of the page, the probability with which it was chosen for its
 *     position
 * @param explored positions whose items were drawn instead of the items that the rules chose; the
 *     first position is 0
 * @param options the draws with all of their options; absent if options are not logged
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LoggedDraws(
    long generation,
    List<Double> propensities,
    List<Integer> explored,
    @Nullable List<LoggedDraw> options) {
  static LoggedDraws of(Slate slate) {
    Draws draws = slate.draws();
    List<Integer> places = IntStream.range(0, slate.items().length).boxed().toList();
    return new LoggedDraws(
        draws.generation(),
        places.stream().map(draws::propensity).toList(),
        places.stream().filter(draws::isExplored).toList(),
        draws.logsOptions() ? draws.draws().stream().map(LoggedDraw::of).toList() : null);
  }

  /** Whether all values are there and fit the page's items. */
  boolean isWhole(List<Long> page) {
    return isWhole(propensities, value -> value > 0 && value <= 1)
        && propensities.size() == page.size()
        && isWhole(explored, place -> place >= 0 && place < page.size())
        && (options == null || isWhole(options, draw -> draw.isWhole(page)));
  }

  private static <T> boolean isWhole(List<T> values, Predicate<T> valid) {
    return values != null // the JSON of a line may lack this list
        && values.stream().allMatch(value -> Objects.nonNull(value) && valid.test(value));
  }
}
