package io.unipin.serving.pipeline;

import java.util.List;

/** Candidates, best first. */
public record Retrieval(List<Candidate> items, Trace trace) {}
