package io.unipin.serving.request;

/**
 * Asks for candidates.
 *
 * @param candidates 0 for the server's default
 */
public record RetrievalQuery(String requestId, UserInput user, Wishes wishes, int candidates) {}
