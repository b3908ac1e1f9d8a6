/**
 * The off-heap cache of users' attention keys and values. An entry belongs to one user and model,
 * is found by the hashes of its tokens, is leased to requests, and grows in place.
 */
@NullMarked
package io.unipin.kvcache;

import org.jspecify.annotations.NullMarked;
