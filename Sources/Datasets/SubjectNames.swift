/// What names of subjects say about who is whom.
///
/// Two people under one name would be trained and tested on as one, and one person under two names would be on both
/// sides of an evaluation.
package enum SubjectNames {
    /// Words that stand where a name is not told, without case, blanks and punctuation.
    private static let placeholders: Set = [
        "anon", "anonimo", "anonym", "anonyme", "anonymised", "anonymisiert", "anonymized", "anonymous",
        "anonymouspatient", "anonymus", "blank", "code", "default", "deid", "deidentified", "dummy", "empty", "id",
        "na", "name", "nan", "nil", "nocode", "noid", "noname", "none", "notavailable", "null", "patient", "patientid",
        "redacted", "removed", "subject", "subjectid", "tbd", "test", "unbekannt", "undefined", "unidentified",
        "unknown", "unnamed", "unspecified",
    ]

    /// Whether a name comes before another: numbers by what they are, and before texts.
    package static func areInOrder(_ name: String, _ other: String) -> Bool {
        (Int(name) ?? .max, name) < (Int(other) ?? .max, other)
    }

    /// Names in that order.
    package static func inOrder(_ names: some Sequence<String>) -> [String] { names.sorted(by: areInOrder) }

    /// Whether a name tells nobody from others: empty, only punctuation, all `X` or `0`, or a word like `anonymous`.
    package static func saysNothing(_ name: String) -> Bool {
        let word = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return isPlaceholder(name) || word.allSatisfy { $0 == "x" } || word.allSatisfy { $0 == "0" }
    }

    /// Whether a name is a word like `anonymous` or punctuation alone; letters and numbers can be names in a list.
    package static func isPlaceholder(_ name: String) -> Bool {
        let word = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return word.isEmpty || placeholders.contains(word)
    }

    /// A name without what programs change when they write it again: case, blanks (an underscore is one), the zeros in
    /// front of numbers (`s01`), and of a number alone those behind the point (`7.0`).
    package static func folded(_ name: String) -> String {
        withoutLeadingZeros(plainNumber(withoutCase(name)))
    }

    /// A name in lower case without blanks but between two numbers: `1_11` is not `11_1`.
    private static func withoutCase(_ name: String) -> String {
        let words = name.lowercased().split { $0.isWhitespace || $0 == "_" }
        return words.dropFirst().reduce(into: words.first.map { String($0) } ?? "") { folded, word in
            let areNumbers = folded.last?.isNumber == true && word.first?.isNumber == true
            folded += areNumbers ? "_\(word)" : word
        }
    }

    /// A name whose whole numbers have no zeros in front; those behind a point, of `1.05`, are no whole numbers.
    private static func withoutLeadingZeros(_ name: String) -> String {
        var folded: [UInt8] = []
        var (isInNumber, isFraction) = (false, false)
        let bytes = Array(name.utf8)
        func isDigit(_ index: Int) -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
        for (index, byte) in bytes.enumerated() {
            let isNumber = isDigit(index)
            if isNumber, !isInNumber, index == 0 || !isDigit(index - 1) {
                isFraction = index > 1 && bytes[index - 1] == UInt8(ascii: ".") && isDigit(index - 2)
            }
            let isLeading = byte == UInt8(ascii: "0") && !isInNumber && !isFraction && isDigit(index + 1)
            if !isLeading { folded.append(byte) }
            isInNumber = isNumber && !isLeading
        }
        return String(decoding: folded, as: UTF8.self)
    }

    /// A whole number without the zeros in front and behind the point; another name as it is.
    static func plainNumber(_ name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts.count == 1 || parts[1].allSatisfy({ $0 == "0" })
        else { return name }
        let digits = whole.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }

    /// The first two names that differ in nothing but what `folded` leaves out: they may be one person's.
    static func alike(_ names: some Sequence<String>) -> (String, String)? {
        var first: [String: String] = [:]
        for name in names {
            let folded = folded(name)
            if let other = first[folded], other != name { return (other, name) }
            first[folded] = name
        }
        return nil
    }

    /// Makes sure that no two names may be one person's.
    ///
    /// - Parameters:
    ///   - names: the subjects.
    ///   - path: where they come from.
    ///   - remedy: what to do.
    /// - Throws: `DatasetError.unsuitable`.
    package static func requireDistinct(
        _ names: some Sequence<String>, path: String, remedy: String
    ) throws(DatasetError) {
        guard let (one, other) = alike(names) else { return }
        let difference =
            plainNumber(one) == plainNumber(other)
            ? "are one number"
            : "differ in \(withoutCase(one) == withoutCase(other) ? "case or blanks" : "case, blanks or a number's zeros") alone"
        throw .unsuitable(
            path: path,
            reason:
                "subjects \"\(one)\" and \"\(other)\" \(difference), "
                + "and may be one person: \(remedy)")
    }
}
