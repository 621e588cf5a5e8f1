import Datasets
import Foundation

/// Files of signals and of hypnograms, by what their names have in common.
struct FoundNames {
    /// Ends of names of hypnograms that nothing else is called by.
    private static let ownEndings =
        ["-hypnogram", "_hypnogram", "-sleepscoring", "_sleepscoring"].flatMap { stem in
            [".edf", ".bdf", ".txt", ".csv", ".tsv", ".xml"].map { stem + $0 }
        } + ["-nsrr.xml", "-profusion.xml", ".edf.xml", "_events.tsv", ".rml"]
    /// Ends of names that hypnograms may have, and other things.
    private static let otherEndings = [".xml", ".txt", ".csv", ".tsv", ".annot"]
    /// Ends of names that only signals have, and those that hypnograms may have, too.
    private static let signalEndings = ["-psg.edf", "-psg.bdf", "_psg.edf", "_psg.bdf", "_eeg.edf", "_eeg.bdf"]
    private static let plainEndings = [".edf", ".bdf"]

    /// A file, and whether it is called as nothing else is.
    struct Named {
        let path: String
        let isCalledSo: Bool
    }

    /// What may be the files of a recording, by what its files' names have in common.
    var (signals, hypnograms): ([String: [Named]], [String: [Named]]) = ([:], [:])
    private var skipped: [SkippedItem] = []
    /// Texts that are not read, as an EDF file of the same name is.
    private var texts: [String] = []
    /// Whether hypnograms are in a folder of their own, where nothing else is.
    let hasOwnFolder: Bool

    /// No names yet.
    init(hasOwnFolder: Bool) { self.hasOwnFolder = hasOwnFolder }

    /// A file's name without its ending, where it has one of these; case is not looked at.
    static func stem(of name: String, _ endings: [String]) -> String? {
        endings.first { name.lowercased().hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    /// What the two files of a recording have in common in their names: of names of the Sleep-EDF Database the first
    /// six characters, as the last one before the hyphen is the scorer's.
    private static func recording(ofStem stem: String) -> String {
        PolysomnographyFiles.sleepEDFSubject(stem) == nil ? stem : String(stem.prefix(6))
    }

    /// Takes a file of the folder with the signals.
    mutating func add(_ path: String, named name: String, mayBeHypnogram: Bool) {
        let isHypnogram = Self.stem(of: name, Self.ownEndings) != nil
        let own = isHypnogram ? nil : Self.stem(of: name, Self.signalEndings)
        guard !isHypnogram, let stem = own ?? Self.stem(of: name, Self.plainEndings) else {
            if mayBeHypnogram { return addHypnogram(path, named: name) }
            return skipUnnamed(path)
        }
        signals[Self.recording(ofStem: stem), default: []].append(Named(path: path, isCalledSo: own != nil))
    }

    /// Takes a file of the folder with the hypnograms.
    mutating func addHypnogram(_ path: String, named name: String) {
        let own = Self.stem(of: name, Self.ownEndings)
        guard let stem = own ?? Self.stem(of: name, Self.otherEndings + Self.plainEndings) else {
            return skipUnnamed(path)
        }
        hypnograms[Self.recording(ofStem: stem), default: []].append(Named(path: path, isCalledSo: own != nil))
    }

    private mutating func skipUnnamed(_ path: String) {
        skip(
            path,
            Folder.isFolder(path)
                ? "it is a folder, in which nothing is looked for: give its files with --signals and --hypnogram, or "
                    + "put links to those of all folders into one"
                : "not named like a night's signals or hypnogram")
    }

    private mutating func skip(_ path: String, _ reason: String) {
        skipped.append(SkippedItem(path: path, reason: reason))
    }

    /// The one of some files that counts: the one that is called so, or else the only one.
    ///
    /// - Throws: `DatasetError.unsuitable` where two do.
    private mutating func chosen(among files: [Named]) throws(DatasetError) -> Named? {
        let called = files.filter(\.isCalledSo)
        // Luna's annotations may be of anything: where another file is the hypnogram they are none.
        let isOfLuna: (Named) -> Bool = { $0.path.lowercased().hasSuffix(".annot") }
        let candidates = called.isEmpty ? (files.allSatisfy(isOfLuna) ? files : files.filter { !isOfLuna($0) }) : called
        let others = Self.textsBesideEDF(candidates)
        let counting = candidates.filter { !others.contains($0.path) }
        guard counting.count < 2 else {
            throw .unsuitable(
                path: counting[1].path,
                reason: "it and \(counting[0].path) are the same recording's: keep one of them")
        }
        guard let first = counting.first else { return nil }
        texts += others
        for other in files where other.path != first.path && !others.contains(other.path) {
            skip(other.path, "\(URL(filePath: first.path).lastPathComponent) is taken in its place")
        }
        return first
    }

    /// The texts beside the one EDF file of the same name but for the ending, which says the same, as in HMC.
    private static func textsBesideEDF(_ files: [Named]) -> [String] {
        func parts(_ path: String) -> (stem: Substring, ending: String) {
            let end = path.lastIndex(of: ".") ?? path.endIndex
            return (path[..<end], path[end...].lowercased())
        }
        let recordings = files.map(\.path).filter { plainEndings.contains(parts($0).ending) }
        guard recordings.count == 1, let recording = recordings.first else { return [] }
        return files.map(\.path).filter { path in
            [".txt", ".csv", ".tsv"].contains(parts(path).ending) && parts(path).stem == parts(recording).stem
        }
    }

    /// The nights in the order of their names, and what is of none.
    ///
    /// Signals that are called so have no other hypnogram than one that is, too: a text beside them may be anything.
    ///
    /// - Throws: `DatasetError.unsuitable` where a night has two files of one kind.
    mutating func nights(
        in root: String, unlabelled: Bool
    ) throws(DatasetError) -> (pairs: [PolysomnographyFiles], skipped: [SkippedItem]) {
        var (pairs, lonely): ([PolysomnographyFiles], [SkippedItem]) = ([], [])
        pairAsPublishersDo()
        for (key, files) in signals.sorted(by: { $0.key < $1.key }) {
            guard let night = try chosen(among: files) else { continue }
            var scored = hypnograms.removeValue(forKey: key) ?? []
            if night.isCalledSo, !hasOwnFolder {
                for other in scored where !other.isCalledSo { skip(other.path, "no signals are called like it") }
                scored = scored.filter(\.isCalledSo)
            }
            let hypnogram = try chosen(among: scored)
            if hypnogram != nil || unlabelled {
                var pair = PolysomnographyFiles(signals: night.path, hypnogram: hypnogram?.path)
                pair.hypnogramIsGuessed = !(hypnogram?.isCalledSo ?? true) && !hasOwnFolder
                pair.isLaterPart = Self.isLaterPart(key, of: hypnogram)
                pairs.append(pair)
            } else if night.isCalledSo {
                lonely.append(without("-Hypnogram.edf", night.path, key, root))
            } else {
                lonely.append(
                    SkippedItem(path: night.path, kind: .recording, reason: "no hypnogram is called like it"))
            }
        }
        for (key, files) in hypnograms.sorted(by: { $0.key < $1.key }) {
            for file in files {
                if file.isCalledSo {
                    lonely.append(without("-PSG.edf", file.path, key, root))
                } else {
                    skip(file.path, "no signals are called like it")
                }
            }
        }
        return (pairs, skipped + lonely + Self.unread(texts))
    }

    /// One item for all of these texts.
    private static func unread(_ texts: [String]) -> [SkippedItem] {
        guard let first = texts.min() else { return [] }
        let reason = "the EDF file of the same name is read in its place"
        let more = texts.count > 1 ? ", and so with \(texts.count - 1) more" : ""
        return [SkippedItem(path: first, count: texts.count, reason: reason + more)]
    }

    private func without(_ missing: String, _ path: String, _ key: String, _ root: String) -> SkippedItem {
        let name = key + (path.hasPrefix("\(root)/\(key)-") ? "" : "…") + missing
        return SkippedItem(path: path, kind: .recording, reason: "there is no \(name) beside it")
    }
}
