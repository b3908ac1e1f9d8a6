/**
 * Turns the pages of the repository into HTML when the project is built. The server ships the HTML,
 * but not the library that makes it. No class of the server uses this package.
 */
@NullMarked
package io.unipin.serving.docs;

import org.jspecify.annotations.NullMarked;
