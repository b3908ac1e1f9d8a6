/** The guided tour from a feed log to a served page. */
@NullMarked
package io.unipin.cli.demo;

import org.jspecify.annotations.NullMarked;
