/**
 * Approximate nearest neighbours by inner product.
 *
 * <p>{@link io.unipin.ann.FaissIndex} runs FAISS behind a native fence of one class; {@link io.unipin.ann.ExactIndex} is plain
 * Java, exact, and the oracle of its tests. Both speak external 64-bit ids and give their answers in the same order.
 */
@NullMarked
package io.unipin.ann;

import org.jspecify.annotations.NullMarked;
