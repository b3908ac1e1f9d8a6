package io.unipin.serving.rpc.json;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.GenericDescriptor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comments of the proto files, by the full name of the declaration that a comment describes.
 * The generated classes do not have these comments, so the compiler of protocol buffers writes them
 * into a file beside the classes. Immutable.
 */
final class ProtoComments {
  private static final String FILE = "/io/unipin/proto/v1/unipin.protoset";

  private final Map<String, String> comments = new HashMap<>();

  private ProtoComments(FileDescriptorSet set) {
    set.getFileList().forEach(this::read);
  }

  static ProtoComments load() {
    try (InputStream in = ProtoComments.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new FileNotFoundException(FILE);
      }
      return new ProtoComments(FileDescriptorSet.parseFrom(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the comment before a declaration, in one line; empty if there is none. */
  String of(GenericDescriptor declared) {
    return comments.getOrDefault(declared.getFullName(), "");
  }

  /**
   * Reads the comments of one file. A path names a declaration in the file: the numbers of the
   * descriptor's fields and the indices in these fields, in turn.
   */
  private void read(FileDescriptorProto file) {
    Map<List<Integer>, String> names = new HashMap<>();
    for (int i = 0; i < file.getMessageTypeCount(); i++) {
      List<Integer> place = List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i);
      message(file.getMessageType(i), place, file.getPackage(), names);
    }
    for (int i = 0; i < file.getEnumTypeCount(); i++) {
      List<Integer> place = List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i);
      enumeration(file.getEnumType(i), place, file.getPackage(), names);
    }
    for (int i = 0; i < file.getServiceCount(); i++) {
      List<Integer> place = List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i);
      String name = file.getPackage() + "." + file.getService(i).getName();
      names.put(place, name);
      for (int j = 0; j < file.getService(i).getMethodCount(); j++) {
        names.put(
            under(place, ServiceDescriptorProto.METHOD_FIELD_NUMBER, j),
            name + "." + file.getService(i).getMethod(j).getName());
      }
    }
    for (Location location : file.getSourceCodeInfo().getLocationList()) {
      String name = names.get(location.getPathList());
      if (name != null && location.hasLeadingComments()) {
        comments.put(name, location.getLeadingComments().strip().replaceAll("\\s+", " "));
      }
    }
  }

  private static void message(
      DescriptorProto message,
      List<Integer> place,
      String parent,
      Map<List<Integer>, String> names) {
    String name = parent + "." + message.getName();
    names.put(place, name);
    for (int i = 0; i < message.getFieldCount(); i++) {
      names.put(
          under(place, DescriptorProto.FIELD_FIELD_NUMBER, i),
          name + "." + message.getField(i).getName());
    }
    for (int i = 0; i < message.getNestedTypeCount(); i++) {
      message(
          message.getNestedType(i),
          under(place, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i),
          name,
          names);
    }
    for (int i = 0; i < message.getEnumTypeCount(); i++) {
      enumeration(
          message.getEnumType(i),
          under(place, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, i),
          name,
          names);
    }
  }

  private static void enumeration(
      EnumDescriptorProto type,
      List<Integer> place,
      String parent,
      Map<List<Integer>, String> names) {
    String name = parent + "." + type.getName();
    names.put(place, name);
    for (int i = 0; i < type.getValueCount(); i++) {
      names.put(
          under(place, EnumDescriptorProto.VALUE_FIELD_NUMBER, i),
          name + "." + type.getValue(i).getName());
    }
  }

  private static List<Integer> under(List<Integer> place, int field, int index) {
    List<Integer> all = new ArrayList<>(place);
    all.add(field);
    all.add(index);
    return List.copyOf(all);
  }
}
