import Messaging
import Upstream
import Wire

/// What comes from other machines.
enum NetworkInputs {
    static func message(_ bytes: UnsafeRawBufferPointer) { readMessage(Array(bytes), frameBytes: 0) }

    static func message(sealing bytes: UnsafeRawBufferPointer) {
        readMessage(Envelope.sealed(Array(bytes.dropFirst())), frameBytes: Int(bytes.first ?? 0))
    }

    static func framing(_ bytes: UnsafeRawBufferPointer) {
        for isSealed in [false, true] { walk(bytes, isSealed: isSealed) }
    }

    static func keys(_ bytes: UnsafeRawBufferPointer) {
        guard let keys = try? AuthorizedKeys(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
        guard (try? AuthorizedKeys(parsing: keys.text)) == keys else { fatalError("a list that is read as another") }
    }

    static func job(_ bytes: UnsafeRawBufferPointer) {
        guard let job = try? Job(json: String(decoding: bytes, as: UTF8.self)) else { return }
        _ = try? job.validate()
        guard let text = try? job.json, (try? Job(json: text).digest) == (try? job.digest) else {
            fatalError("a job that is read as another")
        }
    }

    private static func readMessage(_ header: [UInt8], frameBytes: Int) {
        let frame = [UInt8](repeating: 0, count: frameBytes * 4)
        header.withUnsafeBytes { header in
            frame.withUnsafeBytes { frame in
                for frameCount in 0...2 {
                    let parts =
                        [ReceivedPart(bytes: header, owner: nothing)]
                        + (0..<frameCount).map { _ in ReceivedPart(bytes: frame, owner: nothing) }
                    guard let envelope = try? ReceivedEnvelope(parts, headerLimit: Envelope.workerHeaderByteLimit)
                    else { continue }
                    _ = try? envelope.blocks()
                }
            }
        }
    }

    private static let nothing = Nothing()
    private final class Nothing: Sendable {}

    private static let limits = MessageLimits(frameCount: 5, frameBytes: 5000, byteCount: 20_000)

    /// Whole, and in pieces whose lengths the bytes themselves say: both come to the same.
    private static func walk(_ bytes: UnsafeRawBufferPointer, isSealed: Bool) {
        var (whole, pieces) = (PeerFraming(isSealed: isSealed), PeerFraming(isSealed: isSealed))
        (whole.isLetIn, pieces.isLetIn) = (true, true)
        let first = Result { try whole.walk(bytes, limits: limits) }
        var start = 0
        var fault: FormFault?
        while start < bytes.count, fault == nil {
            let count = min(bytes.count - start, 1 + Int(bytes[start]) % 23)
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
            do throws(FormFault) { _ = try pieces.walk(piece, limits: limits) } catch { fault = error }
            start += count
        }
        switch first {
        case .failure(let error):
            guard error as? FormFault == fault else {
                fatalError("\(error), and in pieces \(String(describing: fault))")
            }
        case .success:
            guard fault == nil, whole.begunCost == pieces.begunCost, whole.completeCost == pieces.completeCost,
                whole.messageCount == pieces.messageCount
            else { fatalError("others costs in pieces") }
        }
    }
}
