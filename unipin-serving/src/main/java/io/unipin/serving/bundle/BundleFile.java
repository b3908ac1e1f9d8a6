package io.unipin.serving.bundle;

/**
 * One file of a bundle.
 *
 * @param path inside the bundle, with forward slashes
 * @param sha256 in lower-case hexadecimal digits
 */
record BundleFile(String path, long bytes, String sha256) {}
