import Foundation

extension PolysomnographyFiles {
    /// Finds the nights of a folder: files of signals and hypnograms that are called alike.
    ///
    /// `night1-PSG.edf` with `night1-Hypnogram.edf`; of the Sleep-EDF Database `SC4001E0-PSG.edf` with
    /// `SC4001EC-Hypnogram.edf`; `night1.edf` with `night1.txt`, `.csv`, `.tsv`, `.xml` or `.rml`, or with what NSRR
    /// (`night1-nsrr.xml`), BIDS (`night1_eeg.edf`, `night1_events.tsv`) and others make of the name.
    ///
    /// - Parameters:
    ///   - root: the folder with the signals, like `sleep-cassette`.
    ///   - hypnograms: the folder with the hypnograms; nil where they are in the same one.
    ///   - unlabelled: whether signals without a hypnogram are taken, too.
    /// - Returns: the nights by name, and the files that are of none.
    /// - Throws: `DatasetError`, also when there is no night, or a night has two hypnograms.
    public static func find(
        in root: String, hypnograms: String? = nil, unlabelled: Bool = false
    ) throws(DatasetError) -> (pairs: [Self], skipped: [SkippedItem]) {
        var names = FoundNames()
        for name in try Folder.names(in: root) { try names.add("\(root)/\(name)", named: name, hypnograms == nil) }
        if let hypnograms {
            for name in try Folder.names(in: hypnograms) {
                try names.addHypnogram("\(hypnograms)/\(name)", named: name)
            }
        }
        let (pairs, skipped) = names.nights(in: root, unlabelled: unlabelled)
        guard !pairs.isEmpty else {
            let found = Reasons.text(of: skipped).map { "; \($0)" } ?? ""
            throw .nothingFound(
                path: root, wanted: "pairs like NAME-PSG.edf and NAME-Hypnogram.edf, or NAME.edf and NAME.txt" + found)
        }
        return (pairs, skipped)
    }
}

/// Files of signals and of hypnograms, by what their names have in common.
private struct FoundNames {
    /// Ends of names of hypnograms that nothing else is called by; the longer ones first.
    private static let ownEndings =
        ["-hypnogram", "_hypnogram", "-sleepscoring", "_sleepscoring"].flatMap { stem in
            [".edf", ".bdf", ".txt", ".csv", ".tsv", ".xml"].map { stem + $0 }
        } + ["-nsrr.xml", "-profusion.xml", ".edf.xml", "_events.tsv", ".rml"]
    /// Ends of names that hypnograms may have, and other things.
    private static let otherEndings = [".xml", ".txt", ".csv", ".tsv"]
    /// Ends of names of signals.
    private static let signalEndings = ["-psg.edf", "-psg.bdf", "_psg.edf", "_psg.bdf", "_eeg.edf", "_eeg.bdf"]

    /// A file with stages, and whether it is called as nothing else is.
    private struct Scored {
        let path: String
        let isCalledSo: Bool
    }

    private var signals: [String: String] = [:]
    private var hypnograms: [String: Scored] = [:]
    /// Those of a name by which it may be both.
    private var skipped: [SkippedItem] = []

    /// A file's name without its ending, where it has one of these; case is not looked at.
    private static func stem(of name: String, _ endings: [String]) -> String? {
        endings.first { name.lowercased().hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    /// What the two files of a recording have in common in their names: of names of the Sleep-EDF Database the first
    /// six characters, as the last one before the hyphen is the scorer's.
    private static func recording(ofStem stem: String) -> String {
        PolysomnographyFiles.sleepEDFSubject(stem) == nil ? stem : String(stem.prefix(6))
    }

    /// Takes a file of the folder with the signals.
    mutating func add(_ path: String, named name: String, _ mayBeHypnogram: Bool) throws(DatasetError) {
        let isHypnogram = Self.stem(of: name, Self.ownEndings) != nil
        let stem = isHypnogram ? nil : Self.stem(of: name, Self.signalEndings + [".edf", ".bdf"])
        guard let stem else {
            if mayBeHypnogram { return try addHypnogram(path, named: name) }
            return skip(path)
        }
        let key = Self.recording(ofStem: stem)
        if let other = signals.updateValue(path, forKey: key) { throw Self.twice(path, other) }
    }

    /// Takes a file of the folder with the hypnograms.
    mutating func addHypnogram(_ path: String, named name: String) throws(DatasetError) {
        let own = Self.stem(of: name, Self.ownEndings)
        guard let stem = own ?? Self.stem(of: name, Self.otherEndings + [".edf", ".bdf"]) else { return skip(path) }
        let (key, found) = (Self.recording(ofStem: stem), Scored(path: path, isCalledSo: own != nil))
        guard let other = hypnograms[key] else {
            hypnograms[key] = found
            return
        }
        guard other.isCalledSo != found.isCalledSo else { throw Self.twice(path, other.path) }
        skip(found.isCalledSo ? other.path : path)
        if found.isCalledSo { hypnograms[key] = found }
    }

    private mutating func skip(_ path: String) {
        skipped.append(SkippedItem(path: path, reason: "not named like a night's signals or hypnogram"))
    }

    private static func twice(_ path: String, _ other: String) -> DatasetError {
        .unsuitable(path: path, reason: "it and \(other) are the same recording's: keep one of them")
    }

    /// The nights in the order of their names, and what is of none.
    func nights(in root: String, unlabelled: Bool) -> (pairs: [PolysomnographyFiles], skipped: [SkippedItem]) {
        var skipped = skipped
        for (key, path) in signals.sorted(by: <) where hypnograms[key] == nil && !unlabelled {
            skipped.append(lonely(path, key, root, "-Hypnogram.edf"))
        }
        for (key, found) in hypnograms.sorted(by: { $0.key < $1.key }) where signals[key] == nil {
            if found.isCalledSo {
                skipped.append(lonely(found.path, key, root, "-PSG.edf"))
            } else {
                skipped.append(SkippedItem(path: found.path, reason: "no signals are called like it"))
            }
        }
        let pairs = signals.sorted { $0.key < $1.key }.compactMap { key, path in
            unlabelled || hypnograms[key] != nil
                ? PolysomnographyFiles(signals: path, hypnogram: hypnograms[key]?.path) : nil
        }
        return (pairs, skipped)
    }

    private func lonely(_ path: String, _ key: String, _ root: String, _ missing: String) -> SkippedItem {
        let name = key + (path.hasPrefix("\(root)/\(key)-") ? "" : "…") + missing
        let isPlain = Self.stem(of: path, Self.signalEndings + Self.ownEndings) == nil
        return SkippedItem(
            path: path, kind: .recording,
            reason: isPlain ? "no hypnogram is called like it" : "there is no \(name) beside it")
    }
}
