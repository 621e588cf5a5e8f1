/// Why recordings or a dataset could not be read.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
    /// A folder or file can't be read.
    case unreadable(path: String, reason: String)
    /// A folder holds nothing of what was looked for.
    case nothingFound(path: String, wanted: String)
    /// A field of a text file is not a finite number.
    case badNumber(path: String, line: Int, column: Int, text: String, reason: String)
    /// A line of a text file has another number of columns.
    case wrongColumns(path: String, line: Int, found: Int, expected: Int)
    /// A text file has another number of lines.
    case wrongRows(path: String, found: Int, expected: Int)
    /// A text file has nothing in it.
    case empty(path: String)
    /// Two files that belong together have different numbers of lines.
    case unequalLines(path: String, lines: Int, other: String, otherLines: Int)
    /// A sleep stage that no scoring rule knows.
    case unknownStage(path: String, line: Int, value: Float)
    /// A tensor file that is not a dataset or contradicts itself.
    case notADataset(path: String, reason: String)
    /// A binary file that breaks its format at a byte, counted from 0.
    case malformed(path: String, byte: Int, reason: String)
    /// A well-formed file, or a folder of such files, that can't be used as asked.
    case unsuitable(path: String, reason: String)
    /// A line of a text file that breaks its format or can't be used.
    case badLine(path: String, line: Int, reason: String)
    /// A label code that its vocabulary does not have.
    case unknownCode(code: String, vocabulary: String, codes: [String])
    /// A user's map of texts that says two things of one text, or speaks of none.
    case ambiguousMap(option: String, reason: String)
    /// A sample whose values are too large to compute with.
    case notFinite(recording: String, position: Int)

    /// One line that names the file, the place and what is wrong.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): return "can't read \(path): \(reason)"
        case .nothingFound(let path, let wanted): return "no recordings in \(path): expected \(wanted)"
        case .badNumber(let path, let line, let column, let text, let reason):
            return "\(path), line \(line), column \(column): \"\(text)\" is not \(reason)"
        case .wrongColumns(let path, let line, let found, let expected):
            return "\(path), line \(line): \(found) columns where \(expected) are expected"
        case .wrongRows(let path, let found, let expected):
            return "\(path): \(found) lines where \(expected) are expected"
        case .empty(let path): return "\(path) is empty: copy it again or leave its recording out"
        case .unequalLines(let path, let lines, let other, let otherLines):
            return "\(path) has \(lines) lines where \(other) has \(otherLines): copy both files again"
        case .unknownStage(let path, let line, let value):
            return "\(path), line \(line): \(value) is not a sleep stage (-1 to 5)"
        case .notADataset(let path, let reason):
            return "\(path) is not a usable dataset: \(reason); make it again with `ssrm data`"
        case .malformed(let path, let byte, let reason): return "\(path), byte \(byte): \(reason)"
        case .unsuitable(let path, let reason): return "\(path): \(reason)"
        case .badLine(let path, let line, let reason): return "\(path), line \(line): \(reason)"
        case .unknownCode(let code, let vocabulary, let codes):
            return "\(code) is not a label of \(vocabulary): use one of \(codes.joined(separator: ", "))"
        case .ambiguousMap(let option, let reason): return "\(option): \(reason)"
        case .notFinite(let recording, let position):
            return "recording \(recording), position \(position): its values are too large to compute with; "
                + "look for absurd numbers in the recording's files"
        }
    }
}
