public import Datasets
public import Signals

/// What the labels of a table mean.
public struct TableLabels: Sendable, Equatable {
    /// What the codes mean.
    public let vocabulary: LabelVocabulary
    /// By what is compared of a label.
    private let codeOfText: [String: String?]
    private let entries: [String: String]

    /// Labels that are codes of a vocabulary, or stand for them.
    ///
    /// - Parameters:
    ///   - vocabulary: what the codes mean.
    ///   - codeOfText: for a label of the table the code that it stands for, or nothing for no label; of stages, what
    ///     does not count in the texts of a hypnogram does not count here. Labels that are not in it are codes, or what
    ///     else a sleep stage may be called.
    /// - Throws: `DatasetError.unknownCode`, when a label stands for what is no code; `.ambiguousMap`, for two labels
    ///   that are one and stand for different codes, or an empty one.
    public init(_ vocabulary: LabelVocabulary, codeOfText: [String: String] = [:]) throws(DatasetError) {
        self.vocabulary = vocabulary
        var codeOfText = codeOfText
        for (text, code) in codeOfText.sorted(by: { $0.value < $1.value })
        where !code.isEmpty && !vocabulary.codes.contains(code) {
            guard vocabulary == .stage, let stage = StageTexts.stage(named: code) else {
                throw .unknownCode(code: code, vocabulary: vocabulary.rawValue, codes: vocabulary.codes)
            }
            codeOfText[text] = stage.code
        }
        let folded = Self.folding(vocabulary)
        entries = try MappedTexts.entries(of: codeOfText, option: "--label-map", folded: folded)
        var meanings: [String: String?] = [:]
        for (text, code) in codeOfText { meanings.updateValue(code.isEmpty ? nil : code, forKey: folded(text)) }
        self.codeOfText = meanings
    }

    /// What is compared of a label: of stages what ``StageTexts`` compares, of others all of it.
    private static func folding(_ vocabulary: LabelVocabulary) -> @Sendable (String) -> String {
        { vocabulary == .stage ? StageTexts.folded($0) : $0 }
    }

    /// The labels of a table while it is read; none yet.
    var noTexts: Texts {
        Texts(mapped: MappedTexts(option: "--label-map", entries: entries, folded: Self.folding(vocabulary)))
    }

    /// The labels of a table while it is read: what each text means is looked up once, as there are few for all rows.
    struct Texts {
        fileprivate var mapped: MappedTexts
        fileprivate var meanings: [String: Meaning] = [:]

        /// A note for the entries of the map of labels that none is like.
        var notes: [String] { mapped.notes }

        fileprivate init(mapped: MappedTexts) { self.mapped = mapped }
    }

    /// A label's code, as an index into the vocabulary's.
    enum Meaning {
        case code(Int)
        case none
        case unknown
    }

    /// The label in the row that was read last, as an index into the vocabulary's codes; nil where it is missing.
    ///
    /// `texts` takes it.
    func label(_ rows: DelimitedRows, _ file: TableFile, _ texts: inout Texts) throws(DatasetError) -> Int? {
        guard let place = file.places.label, !rows.isMissing(rows.fields[place]) else { return nil }
        let text = rows.text(rows.fields[place])
        texts.mapped.add(text)
        let known = texts.meanings[text] ?? meaning(of: text)
        texts.meanings[text] = known
        switch known {
        case .code(let index): return index
        case .none: return nil
        case .unknown where rows.isNoValue(rows.fields[place]): return nil
        case .unknown:
            let codes = vocabulary.codes
            let shown = codes.count > 8 ? codes.prefix(8) + ["…"] : codes[...]
            let wanted = "a label of \(vocabulary.rawValue) (\(shown.joined(separator: ", "))): use --label-map"
            if text.count >= 10, text.allSatisfy(\.isNumber) {
                throw .badField(rows, place, file, "a label, but maybe one of many in one field: give a row for each")
            }
            let others = unknownTexts(behind: rows, at: place).filter { $0 != text }.map { quoted($0, upTo: 64) }
            let more = others.isEmpty ? "" : ", for \(others.joined(separator: ", ")) too"
            throw .badField(rows, place, file, wanted + more)
        }
    }

    /// Labels behind a row that are not known either, the first few: one error is enough to map all.
    private func unknownTexts(behind rows: DelimitedRows, at place: Int) -> [String] {
        var (rest, seen, unknown): (DelimitedRows, Set<String>, [String]) = (rows, [], [])
        while unknown.count < 8, (try? rest.next()) == true {
            guard rest.fields.indices.contains(place), !rest.isMissing(rest.fields[place]),
                !rest.isNoValue(rest.fields[place]), seen.insert(rest.text(rest.fields[place])).inserted
            else { continue }
            let text = rest.text(rest.fields[place])
            if case .unknown = meaning(of: text) { unknown.append(text) }
        }
        return unknown
    }

    func meaning(of text: String) -> Meaning {
        if !codeOfText.isEmpty, let mapped = codeOfText[Self.folding(vocabulary)(text)] {
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
