package io.unipin.serving.request;

import java.util.List;

/** Candidates, best first. */
public record Retrieval(List<Candidate> items, Trace trace) {}
