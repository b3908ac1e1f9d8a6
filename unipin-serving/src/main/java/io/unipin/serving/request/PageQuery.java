package io.unipin.serving.request;

/**
 * Asks for a page.
 *
 * @param requestId of this request, for the response and the log
 * @param pageSize 0 for the server's default
 * @param pageCursor of the page before; empty for the first
 * @param candidates to retrieve and score; 0 for the server's default
 */
public record PageQuery(
    String requestId,
    UserInput user,
    Wishes wishes,
    int pageSize,
    String pageCursor,
    int candidates) {}
