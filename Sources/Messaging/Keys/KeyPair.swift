import CZeroMQ

/// Both halves of a key pair of CURVE; the secret one is shown to nobody but ZeroMQ and the file that it is kept in.
package struct KeyPair: Sendable, CustomStringConvertible {
    /// What the line begins with that has the secret half.
    package static let secretPrefix = "ssrm-secret"
    /// The public half.
    package let publicKey: PublicKey
    let secretBytes: [UInt8]

    /// A new pair.
    ///
    /// - Throws: where this machine's ZeroMQ was built without CURVE.
    package init() throws(SocketError) {
        var (open, secret) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
        guard zmq_curve_keypair(&open, &secret) == 0 else { throw .last("zmq_curve_keypair") }
        publicKey = PublicKey(try Self.bytes(of: open))
        secretBytes = try Self.bytes(of: secret)
    }

    /// The pair whose secret half is a text of 64 hexadecimal digits; nil for any other text.
    ///
    /// - Throws: where this machine's ZeroMQ was built without CURVE.
    package init?(secretText: some StringProtocol) throws(SocketError) {
        guard let bytes = [UInt8](hexadecimal: secretText), bytes.count == PublicKey.byteCount else { return nil }
        var (open, secret) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
        guard zmq_z85_encode(&secret, bytes, bytes.count) != nil, zmq_curve_public(&open, secret) == 0 else {
            throw .last("zmq_curve_public")
        }
        publicKey = PublicKey(try Self.bytes(of: open))
        secretBytes = bytes
    }

    private static func bytes(of text: [CChar]) throws(SocketError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        guard zmq_z85_decode(&bytes, text) != nil else { throw .last("zmq_z85_decode") }
        return bytes
    }

    /// The secret half as 64 hexadecimal digits, for its file alone.
    package var secretText: String { secretBytes.hexadecimal }

    /// Without the secret half.
    package var description: String { "the key pair of \(publicKey.text)" }
}
