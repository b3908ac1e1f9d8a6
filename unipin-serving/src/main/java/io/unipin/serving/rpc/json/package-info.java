/** The ports for HTTP with JSON, which offer the calls of the gRPC services in another form. */
@NullMarked
package io.unipin.serving.rpc.json;

import org.jspecify.annotations.NullMarked;
