package io.unipin.serving.impressions;

/**
 * A page that a user was shown.
 *
 * @param request id of the request; several pages with the same request id count once
 * @param items ids of the page's items; the array is not copied
 */
public record ShownPage(String user, String request, String surface, long[] items) {}
