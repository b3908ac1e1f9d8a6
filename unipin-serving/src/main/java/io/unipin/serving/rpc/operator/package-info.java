/** Changes of actions and items that an operator makes by hand. */
@NullMarked
package io.unipin.serving.rpc.operator;

import org.jspecify.annotations.NullMarked;
