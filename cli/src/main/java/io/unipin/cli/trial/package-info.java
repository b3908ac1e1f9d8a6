/**
 * The verbs try and validate. Both infer what the columns of unknown files mean. Try trains a model
 * on them and shows a page. Validate says what a training would refuse or regret.
 */
@NullMarked
package io.unipin.cli.trial;

import org.jspecify.annotations.NullMarked;
