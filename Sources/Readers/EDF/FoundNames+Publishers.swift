import Foundation

// Files that are of one recording though their names are not alike: each of these rules is one publisher's or
// program's, pairs only where all else in the names is the same, and gives way to files that are called alike.
extension FoundNames {
    /// Gives hypnograms that are called like no signals to those that they are of by a publisher's rules.
    mutating func pairAsPublishersDo() {
        let had = self
        takeBases()
        let parts = Dictionary(grouping: signals.keys) { PolysomnographyFiles.part(ofName: $0)?.whole ?? "" }
        for (key, files) in had.hypnograms where had.signals[key] == nil {
            for file in files {
                let others = otherNames(file, key, parts).filter {
                    signals[$0.name] != nil && !had.hasHypnogram($0.name)
                }
                if !others.isEmpty { hypnograms[key]?.removeAll { $0.path == file.path } }
                for (name, isCalledSo) in others {
                    hypnograms[name, default: []].append(Named(path: file.path, isCalledSo: isCalledSo))
                }
            }
        }
    }

    /// Whether signals have a hypnogram that is called like them.
    private func hasHypnogram(_ key: String) -> Bool {
        let mayBeGuessed = hasOwnFolder || signals[key]?.contains(where: \.isCalledSo) != true
        return hypnograms[key]?.contains { $0.isCalledSo || mayBeGuessed } == true
    }

    /// MASS has the stages of `01-03-0001 PSG.edf` in `01-03-0001 Base.edf`, which without the first may be signals.
    private mutating func takeBases() {
        for (key, files) in signals where hypnograms[key] == nil {
            guard let name = Self.signals(ofBase: key), signals[name] != nil, !hasHypnogram(name) else { continue }
            signals[key] = nil
            hypnograms[name, default: []] += files.map { Named(path: $0.path, isCalledSo: true) }
        }
    }

    private static func signals(ofBase key: String) -> String? {
        key.hasSuffix(" Base") ? key.dropLast(" Base".count) + " PSG" : nil
    }

    /// Of which signals a hypnogram may be that is called like none.
    ///
    /// - Parameters:
    ///   - file: the hypnogram.
    ///   - key: what it would have in common with signals of its name.
    ///   - parts: the names of the parts of each recording that is in parts.
    /// - Returns: what these are called, and whether nothing but a hypnogram is called as this one is.
    private func otherNames(
        _ file: Named, _ key: String, _ parts: [String: [String]]
    ) -> [(name: String, isCalledSo: Bool)] {
        let name = URL(filePath: file.path).lastPathComponent.lowercased()
        func stem(_ ending: String, _ rest: String) -> String? {
            name.hasSuffix(ending) && key.lowercased().hasSuffix(rest) ? String(key.dropLast(rest.count)) : nil
        }
        // Philips' signals are in parts of an hour, their stages in one file.
        if name.hasSuffix(".rml") { return (parts[key] ?? []).sorted().map { ($0, true) } }
        // NSRR's Wisconsin Sleep Cohort: X-nsrr.edf, with X-nsrr.xml, X.allscore.txt or X.stg.txt.
        if name.hasSuffix("-nsrr.xml") || name.hasSuffix("-profusion.xml") { return [(key + "-nsrr", true)] }
        if let own = stem(".allscore.txt", ".allscore") ?? stem(".stg.txt", ".stg") {
            return [(signals[own] == nil ? own + "-nsrr" : own, false)]
        }
        // The Human Sleep Project: X_eeg.edf and X_annotations.csv.
        if let own = stem("_annotations.csv", "_annotations") {
            let isOfBIDS = signals[own]?.contains { $0.path.lowercased().dropLast(4).hasSuffix("_eeg") } == true
            return isOfBIDS ? [(own, true)] : []
        }
        return Self.signals(ofBase: key).map { [($0, true)] } ?? []
    }

    /// Whether signals are a later part of the recording than the first of which all parts have this hypnogram.
    static func isLaterPart(_ key: String, of hypnogram: Named?) -> Bool {
        guard let hypnogram, let part = PolysomnographyFiles.part(ofName: key), part.number > 1 else { return false }
        return stem(of: URL(filePath: hypnogram.path).lastPathComponent, [".rml"]) == part.whole
    }
}
