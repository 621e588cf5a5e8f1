public import Signals

/// What the labels of a table mean.
public struct TableLabels: Sendable, Equatable {
    /// What the codes mean.
    public let vocabulary: LabelVocabulary
    private let codeOfText: [String: String?]

    /// Labels that are codes of a vocabulary, or stand for them.
    ///
    /// - Parameters:
    ///   - vocabulary: what the codes mean.
    ///   - codeOfText: for a label as it is in the table the code that it stands for, or nothing for no label; labels
    ///     that are not in it are codes, or what else a sleep stage may be called.
    /// - Throws: `DatasetError.unknownCode`, when a label stands for what is no code.
    public init(_ vocabulary: LabelVocabulary, codeOfText: [String: String] = [:]) throws(DatasetError) {
        self.vocabulary = vocabulary
        for code in codeOfText.values.sorted() where !code.isEmpty && !vocabulary.codes.contains(code) {
            throw .unknownCode(code: code, vocabulary: vocabulary.rawValue, codes: vocabulary.codes)
        }
        self.codeOfText = codeOfText.mapValues { $0.isEmpty ? nil : $0 }
    }

    /// A label's code, as an index into the vocabulary's.
    enum Meaning {
        case code(Int)
        case none
        case unknown
    }

    /// The label in the row that was read last, as an index into the vocabulary's codes; nil where it is missing.
    func label(_ rows: DelimitedRows, _ file: TableFile) throws(DatasetError) -> Int? {
        guard let place = file.places.label, !rows.isMissing(rows.fields[place]) else { return nil }
        switch meaning(of: rows.text(rows.fields[place])) {
        case .code(let index): return index
        case .none: return nil
        case .unknown:
            let codes = vocabulary.codes
            let shown = codes.count > 8 ? codes.prefix(8) + ["…"] : codes[...]
            let wanted = "a label of \(vocabulary.rawValue) (\(shown.joined(separator: ", "))): use --label-map"
            throw .badField(rows, place, file, wanted)
        }
    }

    func meaning(of text: String) -> Meaning {
        if let mapped = codeOfText[text] {
            guard let mapped, let index = vocabulary.codes.firstIndex(of: mapped) else { return .none }
            return .code(index)
        }
        if let index = vocabulary.codes.firstIndex(of: text) { return .code(index) }
        guard vocabulary == .stage else { return .unknown }
        switch StageTexts(.plain, numbers: [:]).meaning(of: text) {
        case .stage(let stage): return .code(stage.rawValue)
        case .unscored: return .none
        case .event, .unknown: return .unknown
        }
    }
}
