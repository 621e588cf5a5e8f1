public import Numerics

/// SHA-256 of a block's bytes, 64 hexadecimal digits.
public func sha256(of block: FloatBlock) -> String {
    withExtendedLifetime(block) { SHA256Digest.hex(of: block.bytes) }
}
