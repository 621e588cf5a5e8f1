/// Where a coordinator's own workers on its machine connect: an abstract name that only its user's processes are let in
/// at.
package enum LocalEndpoint {
    private static let prefix = "ipc://@"

    /// Whether a text is such an endpoint.
    package static func isOne(_ text: String) -> Bool {
        text.hasPrefix(prefix) && text.count > prefix.count && text.count < 100
            && text.dropFirst(prefix.count).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    /// A name that nobody else has.
    static func randomName() -> String {
        "ssrm-" + (0..<16).map { _ in String(UInt8.random(in: .min ... .max), radix: 36) }.joined()
    }

    static func of(name: String) -> String { prefix + name }
}
