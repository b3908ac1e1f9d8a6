package io.unipin.tests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A self-signed certificate for 127.0.0.1 and its key. Both are PEM files. */
record KeytoolCertificate(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /** Creates a certificate with the keytool of the JDK. */
  static KeytoolCertificate make(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    Path log = folder.resolve("keytool.log");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String options =
        "-genkeypair -alias server -keyalg EC -dname CN=server -ext san=ip:127.0.0.1"
            + " -ext bc:c -validity 2 -storetype PKCS12 -storepass "
            + PASSWORD;
    ProcessBuilder builder = new ProcessBuilder(keytool);
    builder.command().addAll(List.of(options.split(" ", -1)));
    builder.command().addAll(List.of("-keystore", store.toString()));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(log));
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Key key = keys.getKey("server", PASSWORD.toCharArray());
    byte[] certificate = keys.getCertificate("server").getEncoded();
    return new KeytoolCertificate(
        write(folder.resolve("server.pem"), "CERTIFICATE", certificate),
        write(folder.resolve("server.key"), "PRIVATE KEY", key.getEncoded()));
  }

  private static Path write(Path file, String label, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label));
  }
}
