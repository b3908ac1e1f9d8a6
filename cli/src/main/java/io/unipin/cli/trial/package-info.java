/**
 * The commands {@code try} and {@code validate}. Both infer what the columns of unknown files mean.
 * {@code try} trains a model on the files and shows a page. {@code validate} says which problems of
 * the data would stop a training or make its result worse.
 */
@NullMarked
package io.unipin.cli.trial;

import org.jspecify.annotations.NullMarked;
