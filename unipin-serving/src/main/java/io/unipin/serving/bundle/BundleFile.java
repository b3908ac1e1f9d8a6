package io.unipin.serving.bundle;

/**
 * One file of a bundle.
 *
 * @param path path inside the bundle, with forward slashes
 * @param sha256 SHA-256 in lower-case hexadecimal digits
 */
record BundleFile(String path, long bytes, String sha256) {}
