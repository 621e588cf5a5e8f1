/// Messages of those who come with keys.
extension Reception {
    /// As the socket knows a peer, and as people know its key.
    struct SealedPeer {
        let name: [UInt8]
        let key: PublicKey
        let label: String
    }

    /// The next message of somebody whose key may come; others' connections are closed.
    func receiveSealed() throws(SocketError) -> Arrival? {
        while let frames = try sealed?.receive() {
            let content = Array(frames.dropFirst())
            guard let first = frames.first, let came = content.first, let pass = pass(of: came) else { continue }
            let gauge = front.sender(of: came, pass)
            front.onTakenSealed(content, of: gauge)
            guard let label = gatekeeper?.label(of: pass.key) else {
                // Whoever is known is sent away with the note of the change, which is on its way, and told of there.
                let isKnown = sealedPeers[first.copied() + pass.key.bytes] != nil
                if let gauge, !isKnown { front.drop(gauge, because: "its key is not listed any more") }
                continue
            }
            guard limits.message.areKept(by: content.map(\.bytes.count)) else {
                let fault = FormFault.longMessage(limit: limits.message.byteCount)
                if let gauge { front.drop(gauge, because: "\(fault) [\(label)]") }
                continue
            }
            let name = first.copied()
            let peer = name + pass.key.bytes
            if let other = sealedNames[name], other != peer, gaugeIsOpen(of: other) {
                // ZeroMQ has given it the other's place; the other comes again.
                let holder = sealedPeers[other]?.label ?? ""
                if let gauge { front.drop(gauge, because: "[\(label)] it uses the name of a worker of \(holder)") }
                continue
            }
            let connection = connection(by: gauge, of: peer)
            if connection == .open, let gauge, self.gauge(of: peer) !== gauge {
                came.widenItsConnection()
                note(gauge, of: peer)
                sealedPeers[peer] = SealedPeer(name: name, key: pass.key, label: label)
                sealedNames[name] = peer
            }
            return Arrival(peer: peer, label: label, frames: content, connection: connection)
        }
        return nil
    }

    private func gaugeIsOpen(of peer: [UInt8]) -> Bool { gauge(of: peer).map { !$0.isClosed } ?? false }

    private func pass(of frame: Frame) -> Gatekeeper.Pass? {
        guard let text = frame.pass else { return nil }
        if let known = passes[text] { return known }
        if passes.count > 4096 { passes = [:] }
        let pass = Gatekeeper.Pass(text)
        passes[text] = pass
        return pass
    }

    /// How many keys may come.
    package var authorizedCount: Int { gatekeeper?.count ?? 0 }

    /// Closes the connections of those whose keys may not come any more.
    func sendAwayRevoked() -> [Front.Note] {
        let revoked = sealedPeers.filter { gatekeeper?.label(of: $0.value.key) == nil }
        return revoked.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { peer, known in
            let isHere = gaugeIsOpen(of: peer)
            drop(peer, because: "its key '\(known.label)' is not listed any more")
            return isHere ? .revoked(peer: peer, label: known.label) : nil
        }
    }

    func forgetSealed(_ peer: [UInt8]) {
        guard let known = sealedPeers.removeValue(forKey: peer) else { return }
        if sealedNames[known.name] == peer { sealedNames[known.name] = nil }
    }
}
