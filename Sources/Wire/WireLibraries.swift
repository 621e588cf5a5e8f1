import CWire
import CXXHash

/// The libraries that messages are written and checked with.
package enum WireLibraries {
    /// The version of protobuf-c, like `1.4.1`.
    package static var protobuf: String { String(cString: protobuf_c_version()) }

    /// The version of xxHash, like `0.8.1`.
    package static var checksums: String {
        let number = XXH_versionNumber()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }
}
