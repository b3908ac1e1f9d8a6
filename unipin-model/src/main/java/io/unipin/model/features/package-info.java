/** The model's inputs: its configuration, tokens, and the classes of its categorical inputs. */
@NullMarked
package io.unipin.model.features;

import org.jspecify.annotations.NullMarked;
