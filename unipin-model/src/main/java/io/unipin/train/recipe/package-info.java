/** The settings of a recipe, with their defaults. */
@NullMarked
package io.unipin.train.recipe;

import org.jspecify.annotations.NullMarked;
