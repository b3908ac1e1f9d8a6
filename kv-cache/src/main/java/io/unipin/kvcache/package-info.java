/**
 * The off-heap cache of users' attention keys and values: an entry per user and model, found by the
 * hashes of its tokens, leased to requests, grown in place.
 */
@NullMarked
package io.unipin.kvcache;

import org.jspecify.annotations.NullMarked;
