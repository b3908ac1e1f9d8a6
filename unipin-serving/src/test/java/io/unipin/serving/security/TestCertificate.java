package io.unipin.serving.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A self-signed certificate for 127.0.0.1 and its key. Both are PEM files. */
public record TestCertificate(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /** Creates a certificate with the keytool of the JDK. */
  public static TestCertificate make(Path folder, String name) throws Exception {
    keytool(folder, name, name, "-genkeypair", "-keyalg", "EC");
    return read(folder, name, name);
  }

  /**
   * Creates a certificate with another name for the key of a certificate that {@link #make} created
   * in this folder.
   */
  public static TestCertificate renew(Path folder, String name, String newName) throws Exception {
    keytool(folder, name, newName, "-selfcert");
    return read(folder, name, newName);
  }

  private static void keytool(Path folder, String alias, String name, String... call)
      throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command = new ArrayList<>(List.of(keytool.toString()));
    command.addAll(List.of(call));
    command.addAll(
        List.of(
            "-alias",
            alias,
            "-dname",
            "CN=" + name,
            "-ext",
            "san=ip:127.0.0.1,dns:localhost",
            "-ext",
            "bc:c",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            store(folder, alias).toString(),
            "-storepass",
            PASSWORD));
    Path log = folder.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(log));
    }
  }

  private static Path store(Path folder, String alias) {
    return folder.resolve(alias + ".p12");
  }

  private static TestCertificate read(Path folder, String alias, String name) throws Exception {
    KeyStore keys = KeyStore.getInstance(store(folder, alias).toFile(), PASSWORD.toCharArray());
    Key key = keys.getKey(alias, PASSWORD.toCharArray());
    byte[] certificate = keys.getCertificate(alias).getEncoded();
    return new TestCertificate(
        write(folder.resolve(name + ".pem"), "CERTIFICATE", certificate),
        write(folder.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded()));
  }

  private static Path write(Path file, String label, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label));
  }
}
