/** The door for HTTP with JSON: the calls of the gRPC services, in another form. */
@NullMarked
package io.unipin.serving.rpc.json;

import org.jspecify.annotations.NullMarked;
