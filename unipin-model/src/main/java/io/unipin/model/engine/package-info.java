/**
 * The native engine, which computes the serving passes on the CPU, and the choice of kernels in the
 * libraries of the program.
 */
@NullMarked
package io.unipin.model.engine;

import org.jspecify.annotations.NullMarked;
