package io.unipin.serving.request;

import java.util.List;

/** The answer to a {@link RetrievalQuery}: the candidates that retrieval found, best first. */
public record Retrieval(List<Candidate> items, Trace trace) {}
