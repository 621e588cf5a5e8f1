import Datasets

/// What a user's map of texts was of use for: which of its entries no text of the files is like.
struct MappedTexts {
    private let option: String
    private let what: String
    /// The entries as they were written, by what is compared of them.
    private let entries: [String: String]
    private let folded: @Sendable (String) -> String
    private var found = CountedTexts()

    /// A map that has not been used yet.
    ///
    /// - Parameters:
    ///   - option: the option that it was given with.
    ///   - what: what the texts are.
    ///   - entries: its texts as they were written, by what `folded` makes of them.
    ///   - folded: what is compared of a text.
    init(
        option: String, of what: String = "texts", entries: [String: String],
        folded: @escaping @Sendable (String) -> String
    ) {
        (self.option, self.what, self.entries, self.folded) = (option, what, entries, folded)
    }

    /// Takes a text that stands where the map may speak of it.
    mutating func add(_ text: String) {
        if !entries.isEmpty { found.add(text) }
    }

    /// Takes the texts of a file.
    mutating func add(_ texts: CountedTexts) {
        if !entries.isEmpty { found.add(texts) }
    }

    /// A note for the entries that no text is like; none where each has one.
    ///
    /// It is no error: one map may be used for many files, of which not each has every text.
    var notes: [String] {
        let present = Set(found.all.map(folded))
        let unused = entries.filter { !present.contains($0.key) }.values.sorted()
        guard !unused.isEmpty else { return [] }
        let names = unused.map { quoted($0) }.joined(separator: ", ")
        return [
            "\(option): nothing is called \(names): the \(what) are \(found.isEmpty ? "none" : found.description)"
        ]
    }

    /// The texts of a map by what is compared of them: of those that are compared as one, the first.
    ///
    /// - Throws: `DatasetError.ambiguousMap` for two that are compared as one and have different codes.
    static func entries(
        of codeOfText: [String: String], option: String, folded: (String) -> String
    ) throws(DatasetError) -> [String: String] {
        var entries: [String: String] = [:]
        for (text, code) in codeOfText.sorted(by: { $0.key < $1.key }) {
            let key = folded(text)
            guard !key.isEmpty else { throw .ambiguousMap(option: option, reason: "an entry has no text before its =") }
            if let other = entries[key] {
                guard codeOfText[other] != code else { continue }
                throw .ambiguousMap(
                    option: option, reason: "\(quoted(other)) and \(quoted(text)) are one text; leave one of them out")
            }
            entries[key] = text
        }
        return entries
    }
}
