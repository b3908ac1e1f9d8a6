package io.unipin.serving.rpc;

import io.unipin.serving.experiment.Knob;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.RetrievalQuery;
import java.util.EnumSet;
import java.util.Set;

/**
 * Finds the settings on which an answer depends, among the settings that arms may change. An answer
 * does not depend on a setting if the request itself gives the value.
 */
final class UsedKnobs {
  private UsedKnobs() {}

  static Set<Knob> of(PageQuery query) {
    Set<Knob> used = EnumSet.allOf(Knob.class);
    if (query.candidates() != 0) {
      used.remove(Knob.CANDIDATES);
    }
    if (query.pageSize() != 0) {
      used.remove(Knob.PAGE_SIZE);
    }
    if (!query.wishes().utilityWeights().isEmpty()) {
      used.remove(Knob.UTILITY_WEIGHTS);
    }
    return used;
  }

  static Set<Knob> of(RetrievalQuery query) {
    Set<Knob> used = EnumSet.of(Knob.BUNDLE, Knob.BREADTH, Knob.OVER_FETCH);
    if (query.candidates() == 0) {
      used.add(Knob.CANDIDATES);
    }
    return used;
  }

  static Set<Knob> of(RankingQuery query) {
    return query.wishes().utilityWeights().isEmpty()
        ? EnumSet.of(Knob.BUNDLE, Knob.COUNTS, Knob.UTILITY_WEIGHTS)
        : EnumSet.of(Knob.BUNDLE, Knob.COUNTS);
  }
}
