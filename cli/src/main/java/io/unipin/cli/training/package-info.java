/** Commands that train models and evaluate them. */
@NullMarked
package io.unipin.cli.training;

import org.jspecify.annotations.NullMarked;
