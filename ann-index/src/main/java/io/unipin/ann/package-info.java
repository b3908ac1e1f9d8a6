/**
 * Approximate nearest neighbours by inner product.
 *
 * <p>{@link io.unipin.ann.FaissIndex} runs FAISS behind a single class of native methods.
 * {@link io.unipin.ann.ExactIndex} is exact, in plain Java, and serves as the oracle of the tests.
 * Both use external 64-bit ids and return results in the same order.
 *
 * <p>Terms:
 *
 * <ul>
 * <li>Ordinal: the position of an item in an index, 0 to size - 1.
 * <li>Breadth: how widely an approximate search looks ({@code efSearch}, {@code nprobe}).
 * <li>Delta: the items that a live index received since its last rebuild.
 * <li>Buried: deleted or replaced since the last rebuild, but still in the main index.
 * <li>Generation: a main index with its vectors. Each rebuild makes a new one.
 * </ul>
 */
@NullMarked
package io.unipin.ann;

import org.jspecify.annotations.NullMarked;
