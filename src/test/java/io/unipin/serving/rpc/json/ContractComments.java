package io.unipin.serving.rpc.json;

import com.google.protobuf.Descriptors.GenericDescriptor;

/** Gives tests the comments of the proto files. */
public final class ContractComments {
  private static final ProtoComments COMMENTS = ProtoComments.load();

  private ContractComments() {}

  /** Returns the comment before a declaration, in one line; empty if there is none. */
  public static String of(GenericDescriptor declared) {
    return COMMENTS.of(declared);
  }
}
