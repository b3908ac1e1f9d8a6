/** Requests and their answers: queries, pages, their parts and the stages of the work. */
@NullMarked
package io.unipin.serving.request;

import org.jspecify.annotations.NullMarked;
