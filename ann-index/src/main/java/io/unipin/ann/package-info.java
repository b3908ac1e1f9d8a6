/**
 * Approximate search for the nearest neighbours by inner product.
 *
 * <p>{@link io.unipin.ann.FaissIndex} runs FAISS behind a single class of native methods.
 * {@link io.unipin.ann.ExactIndex} is exact, in plain Java, and serves as the oracle of the tests.
 * Both kinds of index use external 64-bit ids and order their results by the same rule.
 *
 * <p>Terms:
 *
 * <ul>
 * <li>Ordinal: the position of an item in an index, 0 to size - 1.
 * <li>Breadth: how widely an approximate search looks ({@code efSearch}, {@code nprobe}).
 * <li>Delta: the items that were added to a live index, or replaced, since its last rebuild.
 * <li>Buried item: an item of the main index that was deleted or replaced since the last rebuild.
 * <li>Generation: a main index with its vectors. Each rebuild makes a new generation.
 * </ul>
 */
@NullMarked
package io.unipin.ann;

import org.jspecify.annotations.NullMarked;
