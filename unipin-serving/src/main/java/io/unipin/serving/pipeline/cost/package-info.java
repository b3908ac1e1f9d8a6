/** What stages cost, and what they leave out when there is too little time for all. */
@NullMarked
package io.unipin.serving.pipeline.cost;

import org.jspecify.annotations.NullMarked;
