package io.unipin.serving.rpc.json;

import com.google.protobuf.Message;
import io.grpc.ServerMethodDefinition;

/**
 * A call that is offered as HTTP with JSON.
 *
 * @param definition the call of the gRPC service, behind all its interceptors
 * @param input an empty request
 * @param output an empty answer
 */
record JsonMethod<Q, A>(ServerMethodDefinition<Q, A> definition, Message input, Message output) {}
