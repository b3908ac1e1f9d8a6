package io.unipin.serving.items;

/**
 * An item that a caller adds while bundles serve.
 *
 * @param id unique id, at least 0
 * @param title title; empty when unknown
 * @param category category; empty when unknown
 * @param author author; empty when unknown
 * @param createdMs when the item appeared, in milliseconds since 1970; 0 when unknown
 * @param content content vector, owned by this record; empty when the item has none
 * @param expiresMs time from which the item is on no page, in milliseconds since 1970; 0 for never
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the record
public record PutItem(
    long id,
    String title,
    String category,
    String author,
    long createdMs,
    float[] content,
    long expiresMs) {}
