import Messaging
import Upstream
import Wire

/// What bytes from elsewhere are read by: none may trap, hang, or take more memory than it says.
enum Decoder: String, CaseIterable {
    /// A message's header, with its checksum made right, and two frames behind it.
    case wire
    /// A message's header as it comes.
    case header
    /// What a peer sends before and around messages, readable and sealed, in pieces.
    case framing
    /// A list of keys.
    case keys
    /// A job's JSON.
    case job

    func read(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .wire: Self.readMessage(Envelope.sealed(Array(bytes.dropFirst())), frameBytes: Int(bytes.first ?? 0))
        case .header: Self.readMessage(Array(bytes), frameBytes: 0)
        case .framing: for isSealed in [false, true] { Self.walk(bytes, isSealed: isSealed) }
        case .keys:
            let text = String(decoding: bytes, as: UTF8.self)
            guard let keys = try? AuthorizedKeys(parsing: text) else { return }
            guard (try? AuthorizedKeys(parsing: keys.text)) == keys else {
                fatalError("a list that is read as another")
            }
        case .job:
            guard let job = try? Job(json: String(decoding: bytes, as: UTF8.self)) else { return }
            guard let text = try? job.json, (try? Job(json: text).digest) == (try? job.digest) else {
                fatalError("a job that is read as another")
            }
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
