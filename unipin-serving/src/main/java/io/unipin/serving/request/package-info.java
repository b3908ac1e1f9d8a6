/**
 * What a request asks for and what it gets: queries, pages, their parts, and the stages between.
 */
@NullMarked
package io.unipin.serving.request;

import org.jspecify.annotations.NullMarked;
