/** What a verb makes sure of before it begins: that it can read what it is given, and leave behind what it makes. */
@NullMarked
package io.unipin.serving.cli.check;

import org.jspecify.annotations.NullMarked;
