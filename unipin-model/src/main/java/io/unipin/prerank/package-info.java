/**
 * Pre-ranking: the choice of the candidates that the transformer scores, by features of candidates
 * that are known without the transformer.
 */
@NullMarked
package io.unipin.prerank;

import org.jspecify.annotations.NullMarked;
