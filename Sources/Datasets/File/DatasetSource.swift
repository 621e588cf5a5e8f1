/// A dataset that went into another one.
public struct DatasetSource: Codable, Sendable, Equatable {
    /// The name that its file had then, for people.
    public let file: String
    /// Its digest.
    public let digest: String
    /// Where its samples came from, like "edf".
    public let kind: String
    /// How many of the joined dataset's recordings are its, one after another.
    public let recordings: Int

    /// A source.
    public init(file: String, digest: String, kind: String, recordings: Int) {
        (self.file, self.digest, self.kind, self.recordings) = (file, digest, kind, recordings)
    }
}
