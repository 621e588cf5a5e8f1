/// What names of subjects say about who is whom.
///
/// Two people under one name would be trained and tested on as one, and one person under two names would be on both
/// sides of an evaluation.
enum SubjectNames {
    /// Words that stand where a name is not told, without case, blanks and punctuation.
    private static let placeholders: Set = [
        "anon", "anonym", "anonyme", "anonymised", "anonymized", "anonymous", "anonymus", "blank", "code", "default",
        "deidentified", "dummy", "empty", "id", "na", "name", "nan", "nil", "nocode", "noid", "noname", "none",
        "notavailable", "null", "patient", "patientid", "removed", "subject", "subjectid", "tbd", "test", "unbekannt",
        "undefined", "unidentified", "unknown", "unnamed",
    ]

    /// Whether a name tells nobody from others: empty, only punctuation, all `X` or `0`, or a word like `anonymous`.
    static func saysNothing(_ name: String) -> Bool {
        let word = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return isPlaceholder(name) || word.allSatisfy { $0 == "x" } || word.allSatisfy { $0 == "0" }
    }

    /// Whether a name is a word like `anonymous` or punctuation alone; letters and numbers can be names in a list.
    static func isPlaceholder(_ name: String) -> Bool {
        let word = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return word.isEmpty || placeholders.contains(word)
    }

    /// The first two names that differ in nothing but case and blanks (an underscore is one): they may be one person's.
    static func alike(_ names: some Sequence<String>) -> (String, String)? {
        var first: [String: String] = [:]
        for name in names {
            let folded = folded(name)
            if let other = first[folded], other != name { return (other, name) }
            first[folded] = name
        }
        return nil
    }

    /// A name without what may differ in two spellings of it.
    static func folded(_ name: String) -> String {
        name.lowercased().filter { !$0.isWhitespace && $0 != "_" }
    }

    /// Makes sure that no two names may be one person's.
    ///
    /// - Parameters:
    ///   - names: the subjects.
    ///   - path: where they come from.
    ///   - remedy: what to do.
    /// - Throws: `DatasetError.unsuitable`.
    static func requireDistinct(
        _ names: some Sequence<String>, path: String, remedy: String
    ) throws(DatasetError) {
        guard let (one, other) = alike(names) else { return }
        throw .unsuitable(
            path: path,
            reason:
                "subjects \"\(one)\" and \"\(other)\" differ in case or blanks alone, and may be one person: \(remedy)")
    }
}
