/// The public half of a key pair of CURVE: whoever has the secret half is the one that it names.
package struct PublicKey: Hashable, Sendable {
    static let byteCount = 32
    /// What a line begins with that has one.
    package static let prefix = "ssrm-public"
    /// Its 32 bytes.
    package let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a public key of \(bytes.count) bytes")
        self.bytes = bytes
    }

    /// The key that a text of 64 hexadecimal digits has; nil for any other text.
    package init?(text: some StringProtocol) {
        guard let bytes = [UInt8](hexadecimal: text), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// 64 hexadecimal digits.
    package var text: String { bytes.hexadecimal }

    /// As much of the text as people compare at a glance.
    package var beginning: String { String(text.prefix(12)) }
}

extension [UInt8] {
    private static let digits = Array("0123456789abcdef".utf8)

    var hexadecimal: String {
        String(decoding: flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init?(hexadecimal text: some StringProtocol) {
        let values = text.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "F") ~= $0 ? $0 | 0x20 : $0 }
            .map { Self.digits.firstIndex(of: $0) }
        guard values.count % 2 == 0, !values.contains(nil) else { return nil }
        let known = values.compactMap(\.self)
        self = stride(from: 0, to: known.count, by: 2).map { UInt8(known[$0] << 4 | known[$0 + 1]) }
    }
}
