/** The log of what operators did and of whom they erased. */
@NullMarked
package io.unipin.serving.audit;

import org.jspecify.annotations.NullMarked;
