/** The runtime that serves and trains a model on the engine, and access to a model's folder. */
@NullMarked
package io.unipin.model;

import org.jspecify.annotations.NullMarked;
