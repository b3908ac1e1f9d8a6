package io.unipin.serving.rpc.actions;

import java.util.List;

/** Events of one user that will be retracted, in this revision and in all lower revisions. */
public record UserRetractions(String user, List<String> eventIds, long revision) {}
