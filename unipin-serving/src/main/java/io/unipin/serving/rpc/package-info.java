/** gRPC: services, validation of requests, status of failures, the client. */
@NullMarked
package io.unipin.serving.rpc;

import org.jspecify.annotations.NullMarked;
