extension String {
    /// Bytes as Latin-1 has them: each is a letter of its own, so that different bytes stay different texts.
    init(latin1 bytes: some Sequence<UInt8>) {
        self = String(bytes.map { Character(UnicodeScalar($0)) })
    }

    /// A note on how many annotations were read so; none of 0.
    static func noteOfLatin1(_ count: Int) -> [String] {
        count == 0 ? [] : ["\(count) annotation\(count == 1 ? " is" : "s are") no UTF-8, and read as Latin-1"]
    }
}
