/**
 * The commands try and validate. Both infer what the columns of unknown files mean. Try trains a
 * model on them and shows a page. Validate says which problems of the data would stop a training or
 * make its result worse.
 */
@NullMarked
package io.unipin.cli.trial;

import org.jspecify.annotations.NullMarked;
