import COpenSSL

/// The library that files' digests are computed with.
public enum DigestLibrary {
    /// Its version, like `OpenSSL 3.0.17 1 Jul 2025`.
    public static var version: String { OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown" }
}
