/**
 * A tier of the users' KV cache in a Redis that servers share. Every server can read the rows (keys
 * and values) that another server encoded.
 *
 * <p>A user has one Redis hash, {@code unipin:kv:{U}}, for all models, so that one command erases
 * the user. U is a keyed hash of the user's id. For a model M, the field {@code M:x} lists the
 * chunks (see {@link TierIndex}), and the fields {@code M:0}, {@code M:1}, … are the chunks with
 * their signatures. The field {@code M:t} is the time of the last write, in milliseconds since
 * 1970. This field is absent if a server of an older version wrote the rows.
 *
 * <p>{@code unipin:kv:{U}:gone} marks an erased user for a while. {@code unipin:kv:used:M} says
 * that a server has recently written rows of model M.
 */
@NullMarked
package io.unipin.serving.redis.tier;

import org.jspecify.annotations.NullMarked;
