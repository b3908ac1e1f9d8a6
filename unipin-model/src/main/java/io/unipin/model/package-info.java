/**
 * The model at work: serving and training runtime on the engine, and the folder of a model's
 * files.
 */
@NullMarked
package io.unipin.model;

import org.jspecify.annotations.NullMarked;
