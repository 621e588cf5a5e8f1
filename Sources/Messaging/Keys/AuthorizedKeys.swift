/// The keys that may come, each with the label that people know it by.
package struct AuthorizedKeys: Equatable, Sendable {
    /// What a line of a list is that can't be taken.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        /// It is not written like one; counted from 1.
        case notALine(Int)
        /// It has a secret key, which belongs into no list.
        case secret(Int)
        /// Its label is none.
        case badLabel(String)
        /// Another key has its label.
        case labelTaken(String)
        /// The key is listed, under another label.
        case keyTaken(label: String)

        /// What a person reads after the file's name.
        package var description: String {
            switch self {
            case .notALine(let line):
                "line \(line) is not '\(PublicKey.prefix) KEY LABEL' with a key of 64 hexadecimal digits"
            case .secret(let line): "line \(line) has a secret key; a list takes public ones"
            case .badLabel(let label):
                "'\(label)' is no label: letters, digits, '.', '_' and '-' are, \(AuthorizedKeys.labelLength) of them at most"
            case .labelTaken(let label): "another key has the label '\(label)'"
            case .keyTaken(let label): "that key is listed, with the label '\(label)'"
            }
        }
    }
    /// The longest label.
    static let labelLength = 64
    /// Labels, by their keys.
    package private(set) var labels: [PublicKey: String] = [:]
    private var keys: [String: PublicKey] = [:]

    /// Nobody may come.
    package init() {}

    /// A list as a file has it: a line a key, `ssrm-public KEY LABEL`; what follows `#`, and empty lines, say nothing.
    package init(parsing text: String) throws(Fault) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (i, line) in lines.enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            if words[0] == KeyPair.secretPrefix { throw .secret(i + 1) }
            guard words.count == 3, words[0] == PublicKey.prefix, let key = PublicKey(text: words[1]) else {
                throw .notALine(i + 1)
            }
            try add(key, label: String(words[2]))
        }
    }

    /// Whether a text can be a label.
    package static func isLabel(_ text: String) -> Bool {
        (1...labelLength).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                let character = Character(Unicode.Scalar($0))
                return character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
            }
    }

    /// Lists a key; one that is listed under the same label stays.
    package mutating func add(_ key: PublicKey, label: String) throws(Fault) {
        guard Self.isLabel(label) else { throw .badLabel(label) }
        if let known = labels[key] {
            if known == label { return }
            throw .keyTaken(label: known)
        }
        if keys[label] != nil { throw .labelTaken(label) }
        (labels[key], keys[label]) = (label, key)
    }

    /// Takes the key of a label off the list; false where there is none.
    package mutating func remove(label: String) -> Bool {
        guard let key = keys.removeValue(forKey: label) else { return false }
        labels[key] = nil
        return true
    }

    /// As a file has it, in the order of labels.
    package var text: String {
        labels.sorted { $0.value < $1.value }.map { "\(PublicKey.prefix) \($0.key.text) \($0.value)\n" }.joined()
    }
}
