/**
 * The rules for every page that do not come from the model's scores, such as caps and block lists.
 */
@NullMarked
package io.unipin.serving.slate;

import org.jspecify.annotations.NullMarked;
