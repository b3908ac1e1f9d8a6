package io.unipin.serving.request;

/**
 * A request for a page.
 *
 * @param requestId id of this request, for the response and the log
 * @param pageSize number of items; 0 for the server's default
 * @param pageCursor cursor from the previous page; empty for the first page
 * @param candidates number of items to retrieve and score; 0 for the server's default
 */
public record PageQuery(
    String requestId,
    UserInput user,
    Wishes wishes,
    int pageSize,
    String pageCursor,
    int candidates) {}
