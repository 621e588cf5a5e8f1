import Numerics
import Wire

/// The memory that was sent from and may still wait for peers, each piece of it once however many they are.
struct SentMemory {
    private struct Piece {
        weak var holder: AnyObject?
        let byteCount: Int
    }
    private var pieces: [ObjectIdentifier: Piece] = [:]
    private var byteCount = 0
    private var checked = 0
    /// When it was looked last what of it is free again, while there was too much.
    private var looked: Duration?
    /// How long that is believed.
    private static let pause = Duration.milliseconds(10)

    /// How much of it there may be, where a vector has so many bytes.
    static func limit(vectorBytes: Int) -> Int { (256 << 20) + 16 * vectorBytes }

    /// Takes note of a frame that is sent.
    mutating func note(_ frame: RawFrame) {
        let (bytes, owner) = frame.content
        let holder = (owner as? FloatBlock)?.holder ?? owner
        if let piece = pieces[ObjectIdentifier(holder)] {
            if piece.holder === holder { return }
            byteCount -= piece.byteCount
        }
        let whole = (holder as? FloatBlock)?.bytes.count ?? bytes.count
        pieces[ObjectIdentifier(holder)] = Piece(holder: holder, byteCount: whole)
        byteCount += whole
    }

    /// Whether there is more of it than `limit` bytes.
    mutating func isAbove(_ limit: Int, at now: Duration) -> Bool {
        guard byteCount > limit || pieces.count > 2 * checked + 256 else { return false }
        if byteCount > limit, let looked, now - looked < Self.pause { return true }
        pieces = pieces.filter { $0.value.holder != nil }
        byteCount = pieces.values.reduce(0) { $0 + $1.byteCount }
        checked = pieces.count
        looked = byteCount > limit ? now : nil
        return byteCount > limit
    }
}
