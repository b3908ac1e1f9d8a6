package io.unipin.serving.request;

/**
 * A request for candidates.
 *
 * @param candidates number of candidates; 0 for the server's default
 */
public record RetrievalQuery(String requestId, UserInput user, Wishes wishes, int candidates) {}
