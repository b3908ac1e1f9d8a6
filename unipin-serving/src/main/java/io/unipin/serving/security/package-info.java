/** Who may call what: roles, tokens, and where certificates are. */
@NullMarked
package io.unipin.serving.security;

import org.jspecify.annotations.NullMarked;
