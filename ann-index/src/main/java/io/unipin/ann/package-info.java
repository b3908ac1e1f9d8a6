/**
 * Approximate nearest neighbours by inner product.
 *
 * <p>{@link io.unipin.ann.FaissIndex} runs FAISS behind a single class of native methods.
 * {@link io.unipin.ann.ExactIndex} is exact, in plain Java, and serves as the oracle of the tests.
 * Both use external 64-bit ids and order their results alike.
 */
@NullMarked
package io.unipin.ann;

import org.jspecify.annotations.NullMarked;
