package io.unipin.serving.rpc.guard;

import io.grpc.util.CertificateUtils;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * A private key and the certificates that belong to it.
 *
 * @param chain the key's certificate, then those of its issuers
 */
@SuppressWarnings("ArrayRecordComponent") // gRPC takes arrays, and each record is read once
record CertifiedKey(X509Certificate[] chain, PrivateKey key) {
  /**
   * Reads a key and its certificates.
   *
   * @throws GeneralSecurityException when a file is invalid, or the first certificate is that of
   *     another key
   */
  static CertifiedKey read(File certificate, File key)
      throws IOException, GeneralSecurityException {
    try (InputStream certificates = Files.newInputStream(certificate.toPath());
        InputStream keys = Files.newInputStream(key.toPath())) {
      X509Certificate[] chain = CertificateUtils.getX509Certificates(certificates);
      if (chain.length == 0) {
        throw new GeneralSecurityException(
            "a certificate in %s expected, got none".formatted(certificate.getName()));
      }
      CertifiedKey read = new CertifiedKey(chain, CertificateUtils.getPrivateKey(keys));
      if (!read.fits()) {
        throw new GeneralSecurityException(
            "the key of %s expected, got another key in %s"
                .formatted(certificate.getName(), key.getName()));
      }
      return read;
    }
  }

  /** Whether the certificate accepts what the key signs. */
  private boolean fits() throws GeneralSecurityException {
    PublicKey certified = chain[0].getPublicKey();
    if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    byte[] text = {1};
    Signature signature =
        Signature.getInstance(
            key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(text);
    return signature.verify(signed);
  }
}
