/** Protection of the ports: TLS, and the roles of bearer tokens. */
@NullMarked
package io.unipin.serving.rpc.guard;

import org.jspecify.annotations.NullMarked;
