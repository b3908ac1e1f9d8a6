/** Permissions of callers: roles, tokens and the files with certificates. */
@NullMarked
package io.unipin.serving.security;

import org.jspecify.annotations.NullMarked;
