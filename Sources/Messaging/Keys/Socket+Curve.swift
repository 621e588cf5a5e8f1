import CZeroMQ

extension Socket {
    /// Encrypts what it says, and takes only those in that a `Gatekeeper` of its context lets in; before binding.
    ///
    /// Where there is none, ZeroMQ takes everybody in: messages without a `Gatekeeper.Pass` are nobody's.
    func guardIt(with pair: KeyPair) throws(SocketError) {
        try set(ZMQ_CURVE_SERVER, Int32(1), "CURVE")
        try setBytes(ZMQ_CURVE_SECRETKEY, pair.secretBytes, "secret key")
        try setBytes(ZMQ_ZAP_DOMAIN, Array("ssrm".utf8), "ZAP domain")
    }

    /// Encrypts what it says, for nobody but who has the secret half of `other`; before connecting.
    package func setKeys(_ pair: KeyPair, of other: PublicKey) throws(SocketError) {
        try setBytes(ZMQ_CURVE_SERVERKEY, other.bytes, "the other side's key")
        try setBytes(ZMQ_CURVE_PUBLICKEY, pair.publicKey.bytes, "public key")
        try setBytes(ZMQ_CURVE_SECRETKEY, pair.secretBytes, "secret key")
    }
}
