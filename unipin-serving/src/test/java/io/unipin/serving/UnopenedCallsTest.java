package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.security.TestCertificate;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cancels calls that were never opened, as gRPC's C core does when a deadline passes before the
 * call's headers are sent. The connection must stay usable.
 */
@Timeout(120)
final class UnopenedCallsTest {
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int ACK = 1;
  private static final byte[] CANCEL = {0, 0, 0, 8};

  @TempDir Path folder;
  private boolean begun;

  @Test
  void reset_ofACallNeverOpened_keepsTheConnection() throws Exception {
    try (UniPinServer server = TestServer.start(folder, "server.maxResets=3");
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      assertThat(answerAfterResets(socket, 3)).isEqualTo(PING);
      assertThat(answerAfterResets(socket, 1)).as("beyond the limit").isEqualTo(GO_AWAY);
    }
  }

  @Test
  void reset_ofACallNeverOpenedOverTls_keepsTheConnection() throws Exception {
    TestCertificate files = TestCertificate.make(folder, "server");
    try (UniPinServer server =
            TestServer.start(
                folder,
                "security.certificate=" + files.certificate(),
                "security.key=" + files.key());
        Socket socket = tls(files.certificate(), server.port())) {
      assertThat(answerAfterResets(socket, 3)).isEqualTo(PING);
    }
  }

  private static Socket tls(Path certificate, int port) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (var in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /**
   * Cancels calls that were never opened, and then sends a ping. Returns the type of the server's
   * answer: PING, or GO_AWAY, which ends the connection.
   */
  private int answerAfterResets(Socket socket, int resets) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    if (!begun) {
      out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      frame(out, SETTINGS, 0, new byte[0]);
      begun = true;
    }
    for (int i = 0; i < resets; i++) {
      frame(out, RST_STREAM, 2 * i + 1, CANCEL);
    }
    frame(out, PING, 0, new byte[8]);
    out.flush();
    return answer(new DataInputStream(socket.getInputStream()));
  }

  private static int answer(DataInputStream in) throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      in.readInt();
      in.readNBytes(length);
      if (type == GO_AWAY || (type == PING && flags == ACK)) {
        return type;
      }
    }
  }

  private static void frame(DataOutputStream out, int type, int stream, byte[] content)
      throws IOException {
    out.writeByte(content.length >>> 16);
    out.writeShort(content.length);
    out.writeByte(type);
    out.writeByte(0);
    out.writeInt(stream);
    out.write(content);
  }
}
