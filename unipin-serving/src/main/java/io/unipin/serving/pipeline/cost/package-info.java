/** The costs of stages, and the choice of the work to leave out when there is too little time. */
@NullMarked
package io.unipin.serving.pipeline.cost;

import org.jspecify.annotations.NullMarked;
