/// That checkpoints of steps after one may hold wrong sums, as workers disagreed about them.
///
/// A checkpoint that names it was written when what was wrong was gone, and is in no doubt for it. So whoever reads
/// several places need not know in which order they were written, nor which of them could be reached when it was found
/// out: of all checkpoints that do not name it, none after its step is to be believed.
public struct Doubt: Hashable, Sendable {
    /// What tells it from all others.
    public let id: String
    /// The last step whose checkpoint it says nothing of: past all of them, once it was found that nothing was wrong.
    public let step: Int

    /// A doubt about what comes after a step, other than all before it; where it is about more than was known of it
    /// first, it is the same one.
    public init(after step: Int, id: String? = nil) {
        (self.id, self.step) = (id ?? String(UInt64.random(in: .min ... .max), radix: 16), step)
    }

    /// The same, once it was found that nothing was wrong.
    public var cleared: Doubt { Doubt(after: .max, id: id) }

    /// Whether it was found that nothing was wrong.
    public var isCleared: Bool { step == .max }

    /// Of so many a run tells: only a copy that was away while there were more can have what nobody knows of any more.
    private static let limit = 4096

    /// Those of a run that it goes on telling of, the last ones.
    public static func kept(_ doubts: [Doubt]) -> [Doubt] {
        (doubts.filter(\.isCleared) + doubts.filter { !$0.isCleared }).suffix(limit)
    }

    /// Doubts as lines of a text.
    static func text(of doubts: [Doubt]) -> String {
        doubts.map { "\($0.isCleared ? clearedWord : "\($0.step)") \($0.id)\n" }.joined()
    }

    private static let clearedWord = "none"

    /// The doubts of such a text; nil where it is none.
    static func all(in text: String) -> [Doubt]? {
        guard text.isEmpty || text.hasSuffix("\n") else { return nil }
        var doubts: [Doubt] = []
        for line in text.split(separator: "\n") {
            var words = line.split(separator: " ", omittingEmptySubsequences: false)
            if words.count == 1 { words.append("0") }  // as ssrm 0.8.0 told of its one doubt
            let step = words[0] == clearedWord ? .max : Int(words[0])
            guard words.count == 2, let step, step >= 0, UInt64(words[1], radix: 16) != nil else {
                return nil
            }
            doubts.append(Doubt(after: step, id: String(words[1])))
        }
        return doubts
    }
}
