/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial, as RFC 3720 has it (appendix B.4).
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
    }

    /// The check of bytes.
    static func check(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// The check as records of TensorFlow hold it: turned by 15 bits, with a number added.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let check = check(bytes)
        return (check >> 15 | check << 17) &+ 0xA282_EAD8
    }
}
